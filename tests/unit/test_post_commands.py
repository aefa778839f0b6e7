"""The post from the officers' side: the list out, the list back, orders one by one, the morning; on both databases."""

import csv
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from openpyxl import Workbook, load_workbook

from bot import bootstrap
from bot import clock as clocks
from bot.clock import SetClock, aware
from bot.gateways.post import receiving
from bot.sample import sample_dir
from bot.short_codes import spoken
from tests.chaos.process import DIED_AT_A_BOUNDARY
from tests.conftest import ON_POSTGRES
from tests.post_orders import AT_SEVEN, DOSSIER, LAN, MONDAY, Officer
from tests.store.acts import sent, side_by_side
from tests.tree import ROOT

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
NINE = aware(datetime(2026, 11, 25, 9))
ITEM, MISTYPED = "EB123456785VN", "EB123456789VN"


@pytest.fixture
def officer(database_url, monkeypatch, capsys, tmp_path, knowledge):
    clock = SetClock(AT_SEVEN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clocks, "SystemClock", lambda: clock)
    monkeypatch.setattr(bootstrap, "load_knowledge", lambda *_: knowledge)
    environ = {} if database_url.startswith("sqlite") else ON_POSTGRES
    for name, value in {"BOT_DATABASE_URL": database_url, "BOT_OFFICES_DIR": str(sample_dir()), **environ}.items():
        monkeypatch.setenv(name, value)
    return Officer(database_url, environ, clock, capsys)


def told(officer):
    """What citizens are sent from now on."""
    with officer.open() as store:
        return sent(store)


def cells(path):
    """Rows of the printed list by title, without its foot."""
    page = load_workbook(path).active
    titles = [cell.value for cell in page[2]]
    rows = [dict(zip(titles, [cell.value for cell in row], strict=True)) for row in page.iter_rows(min_row=3)]
    return [row for row in rows if row["Số đơn"]]


def numbers(path):
    return [row["Số đơn"] for row in cells(path)]


def book(path, *sheets):
    """A workbook; each sheet is (title, rows)."""
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        page = made.create_sheet(title)
        for row in rows:
            page.append(row)
    made.save(path)
    return path


BACK = ["so_don", "ma_ho_so", "ma_buu_gui", "ngay_gui", "trang_thai", "lan_phat", "ly_do_khong_phat", "nguoi_ky_nhan", "ngay_ky"]


def back(path, *rows, titles=BACK):
    """The post's list; each row by title."""
    return book(path, ("DS", [titles, *([row.get(title) for title in titles] for row in rows)]))


def a_row(number, status="Phát thành công", on="25/11/2026", **more):
    return {"so_don": spoken(number), "trang_thai": status, "ngay_ky": on, **more}


# -- the list out ---------------------------------------------------------------------------------------------------------


def test_the_days_list_is_made_told_of_and_written(officer, tmp_path):
    first, second = officer.keep("lan", collect=8_000), officer.keep("minh", dossier="H20.14-261102-0008")
    officer.keep("tam", "asked", dossier="H20.14-261102-0009", quote=None)
    status, out, err = officer("post", "manifest", MONDAY, "--out", tmp_path / "bk.xlsx")
    assert (status, err) == (0, "")
    assert "bảng kê BK2026-0001 ngày 23/11/2026, 2 đơn. Phí thu hộ 8.000 đồng; chưa rõ phí 1 đơn." in out
    assert numbers(tmp_path / "bk.xlsx") == [spoken(first), spoken(second)]
    title = load_workbook(tmp_path / "bk.xlsx").active["A1"].value
    assert title.startswith("Bảng kê BK2026-0001, giao bưu điện ngày 23/11/2026. Trung tâm")
    assert "dữ liệu mẫu" in title
    assert officer.order(first).state == "handed_over"
    texts = told(officer)
    assert len(texts) == 2
    assert {number for number in (first, second) for text in texts if spoken(number) in text} == {first, second}


def test_the_same_day_gives_the_same_list_and_later_orders_wait_for_the_next(officer, tmp_path):
    first = officer.keep()
    officer("post", "manifest", "23/11/2026", "--out", tmp_path / "a.xlsx")
    told(officer)
    later = officer.keep("minh")
    status, out, _ = officer("post", "manifest", MONDAY, "--out", tmp_path / "b.csv")
    assert status == 0
    assert "1 đơn xác nhận sau khi lập bảng kê" in out
    with (tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [row["so_don"] for row in csv.DictReader(stream)] == numbers(tmp_path / "a.xlsx") == [spoken(first)]
    assert told(officer) == []
    officer.clock.move_to(aware(datetime(2026, 11, 24, 7)))
    assert officer("post", "manifest", TUESDAY, "--out", tmp_path / "c.xlsx")[0] == 0
    assert numbers(tmp_path / "c.xlsx") == [spoken(later)]
    assert cells(tmp_path / "c.xlsx")[0]["Mã bảng kê"] == "BK2026-0002"
    assert officer("post", "manifest", MONDAY, "--out", tmp_path / "d.xlsx")[0] == 0
    assert cells(tmp_path / "d.xlsx") == cells(tmp_path / "a.xlsx")


def test_nothing_to_hand_over_writes_no_file_and_leaves_an_old_one(officer, tmp_path):
    (tmp_path / "old.xlsx").write_text("cũ", "utf-8")
    for name in ("old.xlsx", "new.xlsx"):
        status, out, _ = officer("post", "manifest", MONDAY, "--out", tmp_path / name)
        assert (status, "không có đơn nào để giao" in out) == (0, True)
    assert (tmp_path / "old.xlsx").read_text("utf-8") == "cũ"
    assert not (tmp_path / "new.xlsx").exists()


@pytest.mark.parametrize(("day", "name", "status", "says"), [
    ("2026-11-24", "a.xlsx", 1, "chưa tới"), ("2026-11-22", "a.xlsx", 1, "không có bảng kê nào"),
    ("2020-01-02", "a.csv", 1, "hôm nay, 23/11/2026"), ("2026-11-23", "a.pdf", 2, ".xlsx hoặc .csv"),
    ("2026-11-23", "a", 2, ".xlsx hoặc .csv"), ("2026-11-23", "none/a.csv", 2, "cannot be written"),
])  # fmt: skip
def test_a_day_or_a_file_that_cannot_be_is_refused_in_words(officer, tmp_path, day, name, status, says):
    number = officer.keep()
    found, out, err = officer("post", "manifest", day, "--out", tmp_path / name)
    assert (found, out, says in err) == (status, "", True)
    assert not (tmp_path / name).exists()
    assert officer.order(number).state == ("handed_over" if name.startswith("none") else "confirmed")


@pytest.mark.parametrize(("place", "state"), [
    ("queued:1", "confirmed"), ("before_commit:1", "confirmed"), ("manifest_made:1", "handed_over"), ("replace:1", "handed_over"),
])
def test_killed_anywhere_between_the_list_its_record_and_its_file_it_is_run_again(officer, tmp_path, place, state):
    """The process ends at once, with nothing cleaned up: among the notices, before the commit, before the file, before it has its name."""
    number = officer.keep()
    arguments = ["post", "manifest", MONDAY.isoformat(), "--out", str(tmp_path / "bk.xlsx")]
    killed = subprocess.run([sys.executable, "-m", "tests.post_orders", place, *arguments], cwd=ROOT, check=False, env=officer.as_process())
    assert killed.returncode == DIED_AT_A_BOUNDARY
    assert officer.order(number).state == state
    assert not (tmp_path / "bk.xlsx").exists()
    late = officer.keep("minh")
    assert officer("post", "manifest", MONDAY, "--out", tmp_path / "bk.xlsx")[0] == 0
    listed = [number] if state == "handed_over" else [number, late]
    assert numbers(tmp_path / "bk.xlsx") == [spoken(each) for each in listed]
    assert len(told(officer)) == len(listed)
    assert officer("post", "manifest", MONDAY, "--out", tmp_path / "bk.xlsx")[0] == 0
    assert told(officer) == []


def test_an_order_cancelled_while_the_list_is_made_is_on_it_or_cancelled_never_both(officer, tmp_path):
    kept = [officer.keep(f"peer{index}", dossier=f"H20.14-261102-{index:04d}") for index in range(1, 9)]
    with officer.open() as one, officer.open() as other:
        def make():
            with one.writing() as repositories:
                return repositories.post.make_manifest(MONDAY)

        def cancel(number):
            with other.writing() as repositories:
                return repositories.post.cancel(number)

        made, *cancelled = side_by_side([make, *(lambda number=number: cancel(number) for number in kept)], 4)
    on_list = {order.number for order in made.orders} if made else set()
    gone = {number for number, done in zip(kept, cancelled, strict=True) if done}
    assert on_list | gone == set(kept)
    assert not on_list & gone
    for number in gone - on_list:
        status, _, err = officer("post", "cancel", number, "--reason", "x")
        assert (status, "đã hủy" in err) == (1, True)
    if on_list:
        officer("post", "manifest", MONDAY, "--out", tmp_path / "bk.xlsx")
        assert set(numbers(tmp_path / "bk.xlsx")) == {spoken(number) for number in on_list}


# -- the list back --------------------------------------------------------------------------------------------------------


@pytest.fixture
def handed(officer):
    """Five orders on Monday's list, of which nobody was told anything yet; Wednesday it is."""
    kept = {
        "bring": officer.keep("lan"), "fetch": officer.keep("lan", service="fetch"),
        "minh": officer.keep("minh", dossier="H20.14-261102-0008", recipient=replace(LAN, name="Lê Văn Ví Dụ")),
        "tam": officer.keep("tam", dossier="000.00.14.H20-261102-0009"), "hoa": officer.keep("hoa", dossier=None, procedure="1.000894"),
    }
    officer.hand_over()
    officer.clock.move_to(NINE)
    return kept


def received(officer, path, status=0):
    """(the summary, the other objects)."""
    rows = officer.rows("post", "receive", path, status=status)
    assert rows[-1]["kind"] == "summary"
    return rows[-1], rows[:-1]


def test_the_posts_list_is_taken_over_and_told_once(officer, handed, tmp_path):
    path = back(
        tmp_path / "ve.xlsx", a_row(handed["bring"], ma_buu_gui=ITEM, nguoi_ky_nhan="Trần Văn Thay", lan_phat=1),
        a_row(handed["minh"], "Phát không thành công", lan_phat="lần 1", ly_do_khong_phat="vắng nhà"),
        a_row(handed["fetch"], "Đã lấy", on=None, ngay_gui=date(2026, 11, 24)), a_row(handed["hoa"], "Đang vận chuyển", on=46350),
    )
    summary, others = received(officer, path)
    assert [summary[key] for key in ("rows", "new", "known", "bad", "missing")] == [4, 4, 0, 0, 1]
    assert summary["states"] == {"delivered": 1, "failed": 1, "fetched": 1, "in_transit": 1}
    assert [(each["kind"], each["number"], each["manifest"]) for each in others] == [("missing", spoken(handed["tam"]), "BK2026-0001")]
    assert (officer.order(handed["bring"]).state, officer.order(handed["bring"]).item) == ("delivered", ITEM)
    last = officer.events(handed["minh"])[-1]
    assert (last.state, last.on, last.attempt, last.reason) == ("failed", WEDNESDAY, 1, "vắng nhà")
    assert officer.events(handed["fetch"])[-1].on == TUESDAY
    assert officer.events(handed["hoa"])[-1].on == TUESDAY  # 46350 as a spreadsheet counts days
    texts = told(officer)
    assert len(texts) == 3  # on its way between post offices asks nothing of anybody
    assert not [text for text in texts if "Trần Văn Thay" in text or "Lê Văn Ví Dụ" in text]
    again, _ = received(officer, path)
    assert (again["new"], again["known"], again["bad"]) == (0, 4, 0)
    assert told(officer) == []
    officer.clock.move_to(NINE + timedelta(days=3))
    assert received(officer, path)[0]["new"] == 0
    assert told(officer) == []


def test_columns_in_any_order_with_other_titles_over_several_sheets(officer, handed, tmp_path):
    path = book(
        tmp_path / "ve.xlsx",
        ("Thứ Ba", [
            ["DANH SÁCH BƯU GỬI"], ["Ngày xuất: 25/11/2026 08:00"], [],
            ["Người nhận", "Ngày phát", "Trạng thái bưu gửi", "Số hiệu bưu gửi", "Ghi chú", "Mã hồ sơ", "STT"],
            ["Nguyễn Thị Mẫu", "25/11/2026 07:45", "PHÁT THÀNH CÔNG", ITEM, f"Đơn {spoken(handed['bring'])}. Cước 5.500 đồng.", DOSSIER, 1],
            ["Tổng cộng", None, None, None, None, None, 1], [None, "Bên giao", None, "Bên nhận"],
        ]),
        ("Thứ Tư", [["Tình trạng", "Mã đơn", "Thời gian"], ["đang phát", spoken(handed["minh"]).lower(), datetime(2026, 11, 25, 7)]]),
        ("Khác", [["Giá cước"], ["1"]]),
    )  # fmt: skip
    summary, others = received(officer, path)
    assert (summary["rows"], summary["new"], summary["left_out"]) == (2, 2, ["Khác"])
    assert len([each for each in others if each["kind"] == "missing"]) == 3
    assert officer.order(handed["minh"]).state == "out_for_delivery"
    assert officer.events(handed["bring"])[-1].receiver is None  # the addressee is not who signed


def test_our_own_list_with_the_posts_columns_filled_in_comes_back(officer, handed, tmp_path):
    officer("post", "manifest", MONDAY, "--out", tmp_path / "bk.xlsx")
    filled = load_workbook(tmp_path / "bk.xlsx")
    page = filled.active
    last = page.max_column
    for at, title in enumerate(("Mã bưu gửi", "Trạng thái", "Ngày trạng thái"), start=1):
        page.cell(2, last + at, title)
    for row, (item, status) in enumerate([(ITEM, "Phát thành công"), (None, "Đã lấy"), (None, "Chuyển hoàn")], start=3):
        for at, value in enumerate((item, status, "25/11/2026"), start=1):
            page.cell(row, last + at, value)
    filled.save(tmp_path / "ve.xlsx")
    summary, others = received(officer, tmp_path / "ve.xlsx")
    assert (summary["rows"], summary["new"], summary["silent"], summary["bad"]) == (5, 3, 2, 0)
    assert {each["number"] for each in others} == {spoken(handed["tam"]), spoken(handed["hoa"])}
    assert [officer.order(handed[key]).state for key in ("bring", "fetch", "minh")] == ["delivered", "fetched", "returned"]


def test_a_csv_with_semicolons_and_our_csv_are_read(officer, handed, tmp_path):
    (tmp_path / "ve.csv").write_text(
        f"Mã đơn;Địa chỉ, xã, tỉnh, thêm;Trạng thái;Ngày phát\n{spoken(handed['minh'])};a, b, c, d;Phát thành công;25/11/2026\n", "utf-8"
    )
    assert received(officer, tmp_path / "ve.csv")[0]["new"] == 1
    officer("post", "manifest", MONDAY, "--out", tmp_path / "bk.csv")
    lines = (tmp_path / "bk.csv").read_text("utf-8-sig").splitlines()
    (tmp_path / "ve2.csv").write_text("\n".join([f"{lines[0]},trang_thai,ngay_ky", f"{lines[1]},phát thành công,25/11/2026"]), "utf-8")
    assert received(officer, tmp_path / "ve2.csv")[0]["new"] == 1
    assert officer.order(handed["bring"]).state == "delivered"


def test_an_order_is_known_by_its_dossier_and_service_or_by_the_posts_number(officer, handed, tmp_path):
    titles = ["Mã hồ sơ", "Loại", "Mã bưu gửi", "Trạng thái", "Ngày trạng thái"]
    rows = [
        (DOSSIER, "tra_ket_qua", ITEM, "Đang phát", "24/11/2026"),
        ("14.H20-261102-0009", None, "7001234567", "Đang phát", "24/11/2026"),
    ]
    assert received(officer, book(tmp_path / "a.xlsx", ("DS", [titles, *rows])))[0]["new"] == 2
    rows = [(None, None, " eb 123456785 vn", "Phát thành công", "25/11/2026"), (None, None, 7001234567, "Phát thành công", "25/11/2026")]
    assert received(officer, book(tmp_path / "b.xlsx", ("DS", [titles, *rows])))[0]["new"] == 2
    assert [officer.order(handed[key]).state for key in ("bring", "fetch", "tam")] == ["delivered", "handed_over", "delivered"]


def bad(officer, tmp_path, *rows, titles=BACK):
    """(the faults of the rows, the summary)."""
    summary, others = received(officer, back(tmp_path / "ve.xlsx", *rows, titles=titles), status=1)
    return [each for each in others if each["kind"] == "bad_row"], summary


@pytest.mark.parametrize(("changes", "cell", "says"), [
    ({"so_don": "B12-345A"}, "A2", "không phải số đơn"), ({"so_don": "B00-001B"}, "A2", "không có đơn B00-001B"),
    ({"ma_ho_so": "H20.14-261102-0008"}, "B2", "không phải của đơn"), ({"so_don": None}, "A2", "không có số đơn, mã hồ sơ"),
    ({"so_don": None, "ma_ho_so": DOSSIER}, "B2", "có nhiều đơn: B"),
    ({"so_don": None, "ma_ho_so": "H20.14-261102-0044"}, "B2", "không có đơn nào"),
    ({"so_don": None, "ma_ho_so": "H20-1"}, "B2", "không phải mã hồ sơ"),
    ({"so_don": None, "ma_buu_gui": "70099"}, "C2", "không có đơn nào"),
    ({"so_don": None, "ma_buu_gui": MISTYPED}, "C2", "sai số kiểm tra"), ({"ma_buu_gui": "7,0012E+11"}, "C2", "làm tròn"),
    ({"trang_thai": None}, "E2", "thiếu trạng thái"), ({"trang_thai": "Hoàn tất khâu 2"}, "E2", "trạng thái lạ"),
    ({"trang_thai": "Đã hủy"}, "E2", "không dùng cho đơn trả kết quả"), ({"lan_phat": "nhiều"}, "F2", "không phải lần phát"),
    ({"ngay_ky": "31/11/2026"}, "I2", "không có trên lịch"), ({"ngay_ky": "26/11/2026"}, "I2", "còn ở phía trước"),
    ({"ngay_ky": "11/02/2026"}, "I2", "sớm hơn ngày giao bưu điện 23/11/2026"), ({"ngay_ky": "#REF!"}, "I2", "lỗi công thức"),
])  # fmt: skip
def test_a_row_that_nobody_can_be_sure_of_is_listed_with_its_cell_and_never_guessed(officer, handed, tmp_path, changes, cell, says):
    faults, summary = bad(officer, tmp_path, a_row(handed["bring"], **changes))
    assert (summary["bad"], summary["new"]) == (1, 0)
    assert [each["cell"] for each in faults] == [cell]
    assert says in faults[0]["text"]
    assert officer.order(handed["bring"]).state == "handed_over"
    assert told(officer) == []


def test_an_order_that_was_never_handed_over_hears_nothing_of_the_post(officer, handed, tmp_path):
    waiting = officer.keep("bay", dossier="H20.14-261102-0030")
    faults, _ = bad(officer, tmp_path, a_row(waiting))
    assert "chưa giao cho bưu điện" in faults[0]["text"]
    assert officer.order(waiting).state == "confirmed"


def test_bad_rows_go_to_a_file_that_is_mended_and_received(officer, handed, tmp_path):
    path = back(tmp_path / "ve.xlsx", a_row(handed["bring"]), a_row(handed["minh"], "Lạ"), a_row(handed["tam"], on="31/11/2026"))
    status, out, _ = officer("post", "receive", path)
    assert status == 1
    assert "đọc 3 dòng. Tin mới 1, đã biết 0, tin cũ hơn 0, không có tin 0, lỗi 2." in out
    assert 'Trang "DS", ô E3 (trang_thai): "Lạ" là trạng thái lạ.' in out
    fix = tmp_path / "ve_loi.xlsx"
    assert f"Các dòng lỗi nằm trong {fix}" in out
    mended = load_workbook(fix)
    page = mended.active
    titles = [cell.value for cell in page[2]]
    assert titles == [*BACK, "Lỗi"]
    assert [page.cell(row, 1).value for row in (3, 4)] == [spoken(handed["minh"]), spoken(handed["tam"])]
    page.cell(3, BACK.index("trang_thai") + 1).value = "Phát thành công"
    page.cell(4, BACK.index("ngay_ky") + 1).value = "25/11/2026"
    mended.save(fix)
    assert received(officer, fix)[0]["new"] == 2
    assert {officer.order(handed[key]).state for key in ("bring", "minh", "tam")} == {"delivered"}


def test_a_mistyped_number_of_the_post_is_told_of_and_not_kept(officer, handed, tmp_path):
    summary, others = received(officer, back(tmp_path / "ve.xlsx", a_row(handed["bring"], ma_buu_gui=MISTYPED)))
    assert (summary["new"], officer.order(handed["bring"]).item) == (1, None)
    doubts = [each for each in others if each["kind"] == "doubt"]
    assert [(each["cell"], each["problem"]) for each in doubts] == [("C2", "mistyped_item")]


def test_news_without_a_day_of_their_own_are_not_told_again_by_the_next_days_list(officer, handed, tmp_path):
    row = {"so_don": spoken(handed["bring"]), "trang_thai": "Phát không thành công", "ngay_gui": "23/11/2026"}
    summary, _ = received(officer, back(tmp_path / "a.xlsx", row))
    assert (summary["new"], summary["undated"]) == (1, 1)
    assert len(told(officer)) == 1
    officer.clock.move_to(NINE + timedelta(days=1))
    summary, _ = received(officer, back(tmp_path / "b.xlsx", row))
    assert (summary["new"], summary["known"]) == (0, 1)
    assert told(officer) == []
    summary, _ = received(officer, back(tmp_path / "c.xlsx", {**row, "lan_phat": 2, "ngay_ky": "26/11/2026"}))
    assert summary["new"] == 1


def test_late_news_do_not_undo_what_is_known_and_tell_nobody(officer, handed, tmp_path):
    received(officer, back(tmp_path / "a.xlsx", a_row(handed["bring"])))
    told(officer)
    summary, _ = received(officer, back(tmp_path / "b.xlsx", a_row(handed["bring"], "Đang phát", on="24/11/2026")))
    assert (summary["new"], summary["older"]) == (0, 1)
    assert officer.order(handed["bring"]).state == "delivered"
    assert told(officer) == []


def test_killed_in_the_middle_the_list_is_received_again_and_everybody_told_once(officer, handed, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    path = back(tmp_path / "ve.xlsx", *(a_row(number) for number in (handed["bring"], handed["minh"], handed["tam"])))
    monkeypatch.setattr(receiving, "BATCH", 1)
    real, calls = receiving.Receiving._keep, []

    def keep_or_die(*arguments):
        outcome = real(*arguments)
        calls.append(outcome)
        if len(calls) == 2:
            raise Killed
        return outcome

    with monkeypatch.context() as patch:
        patch.setattr(receiving.Receiving, "_keep", keep_or_die)
        with pytest.raises(Killed):
            officer("post", "receive", path)
    assert [officer.order(handed[key]).state for key in ("bring", "minh", "tam")] == ["delivered", "handed_over", "handed_over"]
    assert list(tmp_path.glob("*.draft")) == []
    summary, _ = received(officer, path)
    assert (summary["new"], summary["known"]) == (2, 1)
    assert len(told(officer)) == 3


@pytest.mark.parametrize(("content", "says"), [
    (None, "Không mở được"), (b"", "trống"), (b"Ten,Tuoi\na,1\n", "Cần cột Trạng thái, và Số đơn"),
    (b"PK\x03\x04junk", "lưu lại kiểu .xlsx"), (b"\xd0\xcf\x11\xe0", "Excel đời cũ"),
])  # fmt: skip
def test_a_file_that_is_no_list_is_refused_in_words(officer, tmp_path, content, says):
    path = tmp_path / "ve.xlsx"
    if content is not None:
        path.write_bytes(content)
    status, out, err = officer("post", "receive", path)
    assert (status, out, says in err) == (1, "", True)


# -- orders one by one ----------------------------------------------------------------------------------------------------


def test_orders_are_listed_by_state_and_shown_whole(officer, handed, tmp_path):
    asked = officer.keep("bay", "asked", quote=None, dossier="H20.14-261102-0031")
    assert {row["number"] for row in officer.rows("post", "list")} == {spoken(each) for each in (*handed.values(), asked)}
    assert [row["number"] for row in officer.rows("post", "list", "--state", "asked")] == [spoken(asked)]
    received(officer, back(tmp_path / "ve.xlsx", a_row(handed["bring"], nguoi_ky_nhan="Trần Văn Thay", ma_buu_gui=ITEM)))
    assert spoken(handed["bring"]) not in {row["number"] for row in officer.rows("post", "list")}
    row, = officer.rows("post", "show", spoken(handed["bring"]).lower())
    assert (row["name"], row["phone"], row["price"]["amount"], row["item"]) == ("Nguyễn Thị Mẫu", "091 234 56 78", 5_500, ITEM)
    assert [(each["state"], each["day"], each["receiver"]) for each in row["events"]] == [
        ("handed_over", "2026-11-23", None), ("delivered", "2026-11-25", "Trần Văn Thay"),
    ]
    out = officer("post", "show", handed["bring"])[1]
    assert "Cước đã báo: 5.500 đồng" in out
    assert "- 25/11/2026: đã phát Trần Văn Thay" in out
    assert officer("post", "list")[1].count("đã giao bưu điện") == 4


@pytest.mark.parametrize("arguments", [("show",), ("confirm", "--no-price"), ("note", "--sheets", "2"), ("cancel", "--reason", "x")])
@pytest.mark.parametrize("number", ["B12-345A", "B00-001B", "H31422E", "xin chào"])
def test_a_number_that_is_no_orders_is_told(officer, arguments, number):
    command, *more = arguments
    status, out, err = officer("post", command, number, *more)
    assert (status, out) == (1, "")
    assert f'Không có đơn số "{number}"' in err


def test_a_settled_price_puts_the_order_onto_the_next_list_and_tells_the_citizen(officer):
    number = officer.keep(state="asked", quote=None)
    assert officer("post", "confirm", number, "--price", "45.000")[0] == 2
    assert officer("post", "confirm", number, "--price", "0", "--decision", "báo giá 12/BĐ")[0] == 2
    status, out, _ = officer("post", "confirm", number, "--price", "45.000", "--decision", "báo giá 12/BĐ", "--dated", "20/11/2026")
    assert (status, "đã ghi cước" in out) == (0, True)
    quote = officer.order(number).draft.quote
    assert (quote.amount, quote.full, quote.up_to_grams) == (45_000, 45_000, 100)
    assert (quote.number, quote.dated) == ("báo giá 12/BĐ", date(2026, 11, 20))
    assert quote.zone == "Xã Cù Lao Dung, Thành phố Cần Thơ"
    text, = told(officer)
    assert "45.000 đồng" in text
    assert "báo giá 12/BĐ" in text
    status, _, err = officer("post", "confirm", number, "--price", "1", "--decision", "x")
    assert (status, "không chờ hỏi giá (chờ giao bưu điện)" in err) == (1, True)
    assert officer.order(number).draft.quote.amount == 45_000
    assert told(officer) == []


def test_a_price_with_a_relief_names_the_full_one_and_no_price_is_said_so(officer):
    free = officer.keep("lan", "asked", quote=None, relief="me_vnah")
    assert officer("post", "confirm", free, "--price", "0", "--full", "40000", "--decision", "12/BĐ", "--grams", "250")[0] == 0
    quote = officer.order(free).draft.quote
    assert (quote.amount, quote.full, quote.relief, quote.up_to_grams) == (0, 40_000, "Bà mẹ Việt Nam anh hùng", 250)
    unknown = officer.keep("minh", "asked", quote=None)
    assert officer("post", "confirm", unknown, "--no-price")[0] == 0
    assert (officer.order(unknown).state, officer.order(unknown).draft.quote) == ("confirmed", None)
    assert "chưa biết" in told(officer)[-1]


def test_the_counter_notes_what_it_knows_until_the_order_is_handed_over(officer, tmp_path):
    number = officer.keep(hand_back=("Giấy cũ",))
    assert officer("post", "note", number)[0] == 2
    assert officer("post", "note", number, "--collect", "8.000", "--hand-back", "Giấy khai sinh cũ;  Sổ cũ ;", "--sheets", "3")[0] == 0
    order = officer.order(number)
    assert (order.collect, order.hand_back, order.sheets) == (8_000, ("Giấy khai sinh cũ", "Sổ cũ"), 3)
    assert officer("post", "note", number, "--collect", "none")[0] == 0
    assert (officer.order(number).collect, officer.order(number).sheets) == (0, 3)
    assert officer("post", "note", number, "--hand-back", "none")[0] == 0
    assert officer.order(number).hand_back == ()
    officer.hand_over()
    status, _, err = officer("post", "note", number, "--collect", "9000")
    assert (status, "đã giao bưu điện" in err) == (1, True)
    assert officer.order(number).collect == 0


def test_a_cancelled_order_tells_the_citizen_why_and_one_handed_over_stays(officer):
    first = officer.keep(service="fetch")
    second = officer.keep(pair=first)
    officer("post", "confirm", second, "--no-price")
    status, out, _ = officer("post", "cancel", second, "--reason", "hồ sơ phải nộp tại quầy.")
    assert status == 0
    assert f"Đơn đi kèm {spoken(first)} vẫn còn" in out
    text, = told(officer)
    assert f"đã hủy đơn bưu điện {spoken(second)}. Lý do: hồ sơ phải nộp tại quầy. " in text
    assert officer.order(second).state == "cancelled"
    officer.hand_over()
    status, _, err = officer("post", "cancel", first, "--reason", "x")
    assert (status, "đã giao bưu điện" in err) == (1, True)
    assert (officer.order(first).state, told(officer)) == ("handed_over", [])


def test_what_the_post_says_by_phone_counts_like_a_row_of_its_list(officer, handed):
    number = handed["bring"]
    assert officer("post", "news", number, "failed", "--attempt", "1", "--reason", "vắng nhà", "--next", WEDNESDAY)[0] == 0
    text, = told(officer)
    assert "vắng nhà" in text
    status, out, _ = officer("post", "news", number, "failed", "--attempt", "1")
    assert (status, "đã ghi trước rồi" in out, told(officer)) == (0, True, [])
    status, out, _ = officer("post", "news", spoken(number), "returned", "--item", MISTYPED)
    assert (status, "giờ là đã trả về quầy" in out, "sai số kiểm tra" in out) == (0, True, True)
    assert [officer.order(number).state, len(told(officer))] == ["returned", 1]
    status, out, _ = officer("post", "news", number, "out_for_delivery", "--day", MONDAY)
    assert (status, "vẫn là đã trả về quầy" in out, told(officer)) == (0, True, [])


def test_news_of_what_was_never_handed_over_or_has_not_happened_are_refused(officer, handed):
    waiting = officer.keep("hoa", dossier="H20.14-261102-0099")
    for arguments, says in (
        ((waiting, "delivered"), "phải có trong bảng kê"), ((handed["bring"], "fetched", "--day", "2027-01-01"), "chưa tới"),
        (("B00000A", "delivered"), "Không có đơn"),
    ):
        status, out, err = officer("post", "news", *arguments)
        assert (status, out, says in err) == (1, "", True)
    assert (officer.order(waiting).state, told(officer)) == ("confirmed", [])


def test_whom_to_call_is_who_failed_or_came_back_that_day_and_was_not_served_since(officer, handed):
    officer.record(handed["bring"], "failed", TUESDAY, 1, reason="vắng nhà", next_try=WEDNESDAY)
    officer.record(handed["minh"], "failed", TUESDAY, 1)
    officer.record(handed["minh"], "delivered", WEDNESDAY)
    officer.record(handed["tam"], "returned", WEDNESDAY, reason="sai địa chỉ")
    assert [(row["number"], row["state"], row["phone"], row["next_try"]) for row in officer.rows("post", "failures", TUESDAY)] == [
        (spoken(handed["bring"]), "failed", "091 234 56 78", "2026-11-25"),
    ]
    assert [row["number"] for row in officer.rows("post", "failures")] == [spoken(handed["tam"])]
    assert "24/11/2026" in (out := officer("post", "failures", TUESDAY)[1])
    assert "hẹn lại 25/11/2026" in out
    assert "Không có đơn nào" in officer("post", "failures", MONDAY)[1]


def test_nobodys_name_phone_or_place_gets_into_the_logs(officer, handed, tmp_path, caplog):
    caplog.set_level("DEBUG")
    path = back(tmp_path / "ve.xlsx", a_row(handed["bring"], nguoi_ky_nhan="Trần Văn Thay"), a_row(handed["minh"], "Lạ"))
    for arguments in (("receive", path), ("list",), ("show", handed["bring"]), ("manifest", MONDAY, "--out", tmp_path / "a.xlsx")):
        officer("post", *arguments)
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert not [word for word in ("Mẫu", "Thay", "234 56", "0912345678", "Cù Lao") if word in logged]


# -- the morning ----------------------------------------------------------------------------------------------------------


def morning(officer, day, folder):
    rows = {row["file"].rpartition("/")[2]: row["rows"] for row in officer.rows("morning", "--date", day, "--out", folder)}
    names = ("bang-ke-buu-dien", "buu-dien-phat-khong-duoc", "buu-dien-cho-hoi-gia", "buu-dien-im-tin")
    return {name: rows[f"{name}.xlsx"] for name in names}


def test_the_morning_shows_what_waits_and_hands_nothing_over(officer, tmp_path):
    number = officer.keep()
    officer.keep("minh", "asked", quote=None)
    for _ in range(2):
        assert morning(officer, MONDAY, tmp_path / "m") == {
            "bang-ke-buu-dien": 1, "buu-dien-phat-khong-duoc": 0, "buu-dien-cho-hoi-gia": 1, "buu-dien-im-tin": 0,
        }
    assert (officer.order(number).state, told(officer)) == ("confirmed", [])
    page = (tmp_path / "m" / "buoi-sang.html").read_text("utf-8")
    assert "Chờ lên bảng kê bưu điện: 1 đơn" in page
    assert "Đơn chờ hỏi giá bưu điện: 1" in page
    officer("post", "manifest", MONDAY, "--out", tmp_path / "bk.xlsx")
    assert morning(officer, MONDAY, tmp_path / "m")["bang-ke-buu-dien"] == 1
    assert cells(tmp_path / "m" / "bang-ke-buu-dien.xlsx") == cells(tmp_path / "bk.xlsx")
    assert "Bảng kê bưu điện BK2026-0001: 1 đơn" in (tmp_path / "m" / "buoi-sang.html").read_text("utf-8")


def test_the_morning_tells_of_failures_since_the_last_working_day_and_of_orders_nobody_hears_of(officer, handed, tmp_path):
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    officer.record(handed["bring"], "failed", friday, 1)
    officer.record(handed["minh"], "in_transit", friday)
    found = morning(officer, monday, tmp_path / "m")
    assert (found["buu-dien-phat-khong-duoc"], found["buu-dien-im-tin"]) == (1, 0)
    assert morning(officer, date(2026, 12, 1), tmp_path / "t")["buu-dien-phat-khong-duoc"] == 0
    assert morning(officer, date(2026, 12, 2), tmp_path / "w")["buu-dien-im-tin"] == 3  # the sixth working day, 24/11 counted
    assert morning(officer, date(2026, 12, 7), tmp_path / "f")["buu-dien-im-tin"] == 5
    page = load_workbook(tmp_path / "w" / "buu-dien-im-tin.xlsx").active
    assert {page.cell(row, 2).value for row in (3, 4, 5)} == {spoken(handed[key]) for key in ("fetch", "tam", "hoa")}
