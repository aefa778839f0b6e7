"""The day's list for the post: on paper and for programs, whole or not at all, with nothing that a spreadsheet spoils or runs."""

import csv
import io
import stat
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from bot.desk import files
from bot.desk.post_list import COLUMNS, csv_of, rows_of, table_of, write_manifest
from bot.gateways.post.statuses import STATES, WORDS, read_service, read_status
from bot.gateways.post.titles import find_post_header
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.texts.reader import load_texts
from tests.post_orders import HOME, LAN, listed, order

WORDS_OF = load_texts()
PRICES = load_town(sample_dir()).post
TITLE = "Bảng kê BK2026-0001"
OUT = (
    "stt", "ma_ho_so", "ma_tthc", "ho_ten_nhan", "sdt_nhan", "dia_chi_so_nha", "xa_phuong", "tinh", "loai", "so_to", "ban_chinh_thu_lai",
    "le_phi_thu_ho", "doi_tuong_giam", "khung_gio", "nguoi_duoc_uy_quyen", "ghi_chu", "ma_bang_ke", "ngay_ban_giao",
)
"""The columns that the post and we have agreed on."""
SOME = listed(
    order("B00001B", collect=8_000, hand_back=("Giấy khai sinh cũ",), sheets=3, relief="ho_ngheo", time_of_day="morning"),
    order("B00002C", collect=0, service="fetch", dossier=None, quote=None),
    order("B00003D", recipient=replace(LAN, name="=1+1", other="@x", address=replace(HOME, house="-5 tổ 3")), note="+84 gọi trước"),
)


def written(path, manifest=SOME):
    write_manifest(path, manifest, TITLE, PRICES, WORDS_OF)
    return path


def page_of(path):
    return load_workbook(written(path)).active


def by_title(page, number):
    """The cells of a row by the title of their column."""
    return {page.cell(2, at).value: page.cell(number, at) for at in range(1, page.max_column + 1)}


# -- the workbook ---------------------------------------------------------------------------------------------------------


def test_the_workbook_has_every_column_and_can_be_read_as_the_posts_list(tmp_path):
    page = page_of(tmp_path / "l.xlsx")
    titles = [cell.value for cell in page[2]]
    assert len(titles) == len(set(titles)) == len(COLUMNS) == len(OUT) + 1
    assert set(COLUMNS) == {*OUT, "so_don"}
    header = find_post_header([[*titles, "Trạng thái"]])
    assert {titles[at] for key, at in header.columns.items() if key in ("order", "code", "note", "service")} == {
        "Số đơn", "Mã hồ sơ", "Ghi chú", "Loại",
    }


def test_codes_and_phones_are_text_and_amounts_are_numbers(tmp_path):
    row = by_title(page_of(tmp_path / "l.xlsx"), 3)
    for title, value in {"Mã hồ sơ": "H20.14-261102-0007", "Mã thủ tục": "1.001193", "SĐT nhận": "091 234 56 78", "Số đơn": "B00-001B",
                         "Mã bảng kê": "BK2026-0001"}.items():  # fmt: skip
        cell = row[title]
        assert (cell.value, cell.data_type, cell.number_format, cell.quotePrefix) == (value, "s", "@", False)
    assert [(row[title].value, row[title].data_type) for title in ("STT", "Số tờ", "Lệ phí thu hộ")] == [(1, "n"), (3, "n"), (8000, "n")]
    assert row["Ngày bàn giao"].value == "23/11/2026"


def test_a_row_says_whom_where_and_what_to_take_back(tmp_path):
    page = page_of(tmp_path / "l.xlsx")
    row = {title: cell.value for title, cell in by_title(page, 3).items()}
    assert row["Địa chỉ số nhà"] == "Số 12, ấp Mẫu Trung, gần cầu Mẫu, trước thuộc Huyện Cù Lao Dung"
    assert (row["Xã, phường"], row["Tỉnh"]) == ("Xã Cù Lao Dung", "Thành phố Cần Thơ")
    assert (row["Loại"], row["Bản chính thu lại"], row["Khung giờ"]) == ("Trả kết quả", "có", "buổi sáng")
    assert (row["Đối tượng giảm"], row["Người được ủy quyền"]) == ("hộ nghèo", "Trần Văn Thay")
    assert row["Ghi chú"] == "Đơn B00-001B. Thu lại: Giấy khai sinh cũ. Cước đã báo 5.500 đồng."
    fetch = {title: cell.value for title, cell in by_title(page, 4).items()}
    assert (fetch["Loại"], fetch["Bản chính thu lại"], fetch["Lệ phí thu hộ"], fetch["Mã hồ sơ"]) == ("Nhận hồ sơ", "không", 0, None)
    assert fetch["Ghi chú"] == "Đơn B00-002C."


def test_words_like_formulas_stay_words(tmp_path):
    row = by_title(page_of(tmp_path / "l.xlsx"), 5)
    assert [(row[title].value, row[title].data_type) for title in ("Họ tên nhận", "Người được ủy quyền")] == [("=1+1", "s"), ("@x", "s")]
    assert row["Địa chỉ số nhà"].value.startswith("-5 tổ 3")


def test_fees_that_nobody_knows_are_counted_apart(tmp_path):
    page = page_of(tmp_path / "l.xlsx")
    assert by_title(page, 5)["Lệ phí thu hộ"].value == "chưa rõ"
    total = by_title(page, 6)
    assert (total["Họ tên nhận"].value, total["Lệ phí thu hộ"].value) == ("Cộng: 3 đơn", 8000)
    assert total["Ghi chú"].value == "Chưa rõ phí: 1 đơn, không tính vào tổng."
    sure = table_of(listed(order(collect=5)), TITLE, PRICES, WORDS_OF)
    assert (sure.foot[0]["le_phi_thu_ho"], sure.foot[0]["ghi_chu"]) == (5, "")


def test_it_is_printed_on_a4_across_with_its_titles_on_every_sheet_and_two_signatures(tmp_path):
    page = page_of(tmp_path / "l.xlsx")
    setup = page.page_setup
    assert (int(setup.paperSize), setup.orientation, setup.fitToWidth, setup.fitToHeight) == (int(page.PAPERSIZE_A4), "landscape", 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$2:$2"
    assert page.oddFooter.center.text == "&P/&N"
    assert page["A1"].value == TITLE
    said = [cell.value for cell in page[page.max_row] if cell.value]
    assert said == ["Bên giao (ký, ghi họ tên)", "Bên nhận (ký, ghi họ tên)"]


def test_no_identity_number_has_a_column():
    for row in rows_of(SOME, PRICES, WORDS_OF):
        assert row.keys() == COLUMNS.keys()
    titles = " ".join(WORDS_OF.part("post_desk", f"column_{key}") for key in COLUMNS).casefold()
    assert not [word for word in ("căn cước", "cccd", "định danh", "cmnd") if word in titles]


# -- the CSV --------------------------------------------------------------------------------------------------------------


def test_the_csv_says_its_letters_and_ends_its_lines_as_spreadsheets_do(tmp_path):
    path = written(tmp_path / "l.CSV")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfstt,so_don,ma_ho_so,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 4
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    first = rows[0]
    assert (first["ma_ho_so"], first["ma_tthc"], first["sdt_nhan"]) == ("H20.14-261102-0007", "1.001193", "091 234 56 78")
    assert (first["loai"], first["ban_chinh_thu_lai"], first["le_phi_thu_ho"], first["so_to"]) == ("tra_ket_qua", "y", "8000", "3")
    assert (rows[1]["loai"], rows[1]["ma_ho_so"], rows[2]["le_phi_thu_ho"]) == ("nhan_ho_so", "", "chưa rõ")


def test_no_field_of_the_csv_is_a_formula():
    rows = list(csv.reader(io.StringIO(csv_of(SOME, PRICES, WORDS_OF)[1:], newline="")))
    assert not [field for row in rows for field in row if field.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [rows[3][list(COLUMNS).index(key)] for key in ("ho_ten_nhan", "nguoi_duoc_uy_quyen")] == ["'=1+1", "'@x"]


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "l.xlsx"
    path.write_text("cũ", "utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        written(path)
    assert path.read_text("utf-8") == "cũ"
    assert [each.name for each in tmp_path.iterdir()] == ["l.xlsx"]


# -- the post's words -----------------------------------------------------------------------------------------------------


def test_no_word_of_the_post_means_two_things():
    said = [words for all_words in WORDS.values() for words in all_words]
    assert len(said) == len(set(said))


@pytest.mark.parametrize(("words", "bring", "fetch"), [
    ("Đã lấy", "in_transit", "fetched"), ("đang vận chuyển", "in_transit", "in_transit"), ("ĐANG PHÁT", "out_for_delivery", "in_transit"),
    ("Đang đi lấy", None, "out_for_delivery"), ("Phát thành công", "delivered", "delivered"),
    ("phat_khong_thanh_cong", "failed", "?"), ("Chuyển hoàn", "returned", "returned"), ("Đang chuyển hoàn", "failed", "?"),
    ("14. Phát thành công", "delivered", "delivered"), ("Phát thành công (đã ký nhận)", "delivered", "delivered"),
    ("Lấy không thành công", "?", "failed"), ("Đã hủy", "?", "cancelled"), ("Chờ lấy", None, None),
])  # fmt: skip
def test_the_posts_words_are_read(words, bring, fetch):
    meaning = read_status(words)
    assert meaning is not None
    assert (STATES["bring"].get(meaning, "?"), STATES["fetch"].get(meaning, "?")) == (bring, fetch)


@pytest.mark.parametrize("words", ["", "14", "Phát", "Thành công", "Không thành công", "Đã xử lý", "phát thành công?? chưa chắc", "hoàn"])
def test_words_that_nobody_explained_are_not_guessed(words):
    assert read_status(words) is None


def test_services_are_read_as_we_write_them():
    assert [read_service(each) for each in ("nhan_ho_so", "Trả kết quả", "tra_ket_qua", "Bưu kiện")] == ["fetch", "bring", "bring", None]
