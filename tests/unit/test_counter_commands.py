"""What the clerk types: the day's list, the morning's folder, check-in, closing, the dossiers that are due; on both databases."""

import csv
import json
import re
import shutil
import stat
from datetime import date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook

from bot import __main__ as program
from bot import bootstrap
from bot import clock as clocks
from bot.appointments.model import HOLD_FOR, Start
from bot.catalog.model import OneOf
from bot.clock import SetClock, aware
from bot.desk.tables import Table, write_workbook
from bot.dialogue.messages import Outgoing
from bot.dossiers.model import Dossier
from bot.flows.book_visit import reminder_cause
from bot.guidance.model import Told
from bot.misses.model import Miss
from bot.notices.outbox import OutsideWindow, Sent, Unknown
from bot.privacy.model import KEEP, DataRequest
from bot.readiness.model import Readiness, papers
from bot.sample import sample_dir
from bot.store import Keys, open_store
from tests.conftest import ON_POSTGRES
from tests.store.acts import citizen, say, sent

OFFICE, MONDAY = "xa_mau_mot", date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, 0)
BIRTH, MARRIAGE = "1.001193", "1.000894"
LAN, MINH, TAM = "H31422E", "H84983Y", "H37096X"
FORMULA = "=1+1"


class Desk:
    """The program on one database at a set time, and what it said."""

    def __init__(self, url, clock, capsys, knowledge):
        self.url, self.clock, self.capsys, self.knowledge = url, clock, capsys, knowledge
        self.environ = {} if url.startswith("sqlite") else ON_POSTGRES

    def __call__(self, *arguments):
        """(exit status, lines on standard output, lines on standard error)."""
        self.capsys.readouterr()
        status = program.main([str(each) for each in arguments])
        out = self.capsys.readouterr()
        return status, out.out.splitlines(), out.err.splitlines()

    def rows(self, *arguments):
        status, out, _ = self(*arguments, "--json")
        assert status == 0
        return [json.loads(line) for line in out]

    def open(self):
        return open_store(self.url, Keys.load(self.url, self.environ), self.clock)


@pytest.fixture
def desk(database_url, monkeypatch, capsys, tmp_path, knowledge):
    clock = SetClock(aware(NOW))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clocks, "SystemClock", lambda: clock)
    monkeypatch.setattr(bootstrap, "load_knowledge", lambda *_: knowledge)
    environ = {"BOT_DATABASE_URL": database_url, "BOT_OFFICES_DIR": str(sample_dir())}
    for name, value in (environ | ({} if database_url.startswith("sqlite") else ON_POSTGRES)).items():
        monkeypatch.setenv(name, value)
    return Desk(database_url, clock, capsys, knowledge)


def visit(store, peer, ticket, hour, procedure, name, day=MONDAY):
    who, at = citizen(store, peer), aware(datetime(day.year, day.month, day.day, hour, 30))
    with store.writing() as repositories:
        held = repositories.appointments.hold(who, Start(OFFICE, "q1", 1, at, 15), procedure, store._clock.now() + HOLD_FOR)
        booking = repositories.appointments.confirm(held.id, name, ticket)
        repositories.notices.queue(who, reminder_cause(booking.id), Outgoing("nhắc", kind="notice"), at - timedelta(hours=14))
    return booking


@pytest.fixture
def booked(desk):
    """Three visits: all papers ticked, one missing, no check."""
    procedure = desk.knowledge.catalog.get(BIRTH, MONDAY)
    everything = tuple(range(1, len(papers(procedure, None)) + 1))
    with desk.open() as store:
        for peer, ticket, hour, code, name in (
            ("lan", LAN, 8, BIRTH, "Nguyễn Thị Mẫu"), ("minh", MINH, 9, BIRTH, FORMULA), ("tam", TAM, 10, "", "Lê <b>Thị</b> Ví Dụ"),
        ):
            visit(store, peer, ticket, hour, code, name)
        with store.writing() as repositories:
            for peer, code, ticked in (("lan", "G00000A", everything), ("minh", "G00001B", everything[1:])):
                who = store.conversation("telegram", "bot", peer)
                repositories.readiness.keep(Readiness(code, who, BIRTH, None, ticked, "v1", desk.clock.now()))
    return procedure


def first_paper(procedure):
    paper = papers(procedure, None)[0]
    return paper.title if isinstance(paper, OneOf) else paper.name


# -- the day's list -------------------------------------------------------------------------------------------------------


def test_the_days_list_says_who_comes_and_which_papers_are_missing(desk, booked):
    rows = desk.rows("appointments", "day", OFFICE, MONDAY)
    assert [(row["at"], row["ticket"], row["procedure"]) for row in rows] == [
        ("08:30", "H31-422E", BIRTH), ("09:30", "H84-983Y", BIRTH), ("10:30", "H37-096X", None),
    ]
    assert [row["missing"] for row in rows] == [[], [first_paper(booked)], None]
    assert [row["readiness"] for row in rows] == ["G00-000A", "G00-001B", None]
    assert {row["state"] for row in rows} == {"confirmed"}
    _, out, _ = desk("appointments", "day", OFFICE, MONDAY)
    assert out[0].endswith("23/11/2026: 3 lịch hẹn")
    assert out[1].endswith("Khai sinh cho con · đủ")
    assert f"Còn thiếu: {first_paper(booked)[:40]}" in out[2]
    assert out[3].endswith("chưa rõ việc · chưa kiểm giấy")
    assert desk("appointments", "day", OFFICE, "2026-11-25")[1] == [out[0].replace("23/11/2026: 3", "25/11/2026: 0")]


class Cells(HTMLParser):
    """The text of every cell of a page, row by row."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.outside = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.outside += [value for name, value in attrs if name in ("src", "href") and ":" in value] + ([tag] if tag == "script" else [])
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


def test_the_days_page_and_workbook_hold_the_same(desk, booked, tmp_path):
    status, _, _ = desk("appointments", "day", OFFICE, MONDAY, "--xlsx", tmp_path / "day.xlsx", "--html", tmp_path / "day.html")
    assert status == 0
    sheet = load_workbook(tmp_path / "day.xlsx").active
    in_workbook = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=2)]
    page = (tmp_path / "day.html").read_text("utf-8")
    cells = Cells(page)
    in_page = [[each.strip() for each in row] for row in cells.rows]
    assert in_workbook[0] == ["Giờ", "Quầy", "Số hẹn", "Họ tên", "Việc", "Giấy còn thiếu", "Đã đến?"]
    assert [row[:4] for row in in_workbook] == [row[:4] for row in in_page]
    assert len(in_page) == 4
    assert in_workbook[2][3] == FORMULA
    assert sheet.cell(4, 4).data_type == "s"
    assert in_workbook[3][3] == "Lê <b>Thị</b> Ví Dụ"
    assert "size: A4" in page
    assert not cells.outside
    assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (int(sheet.PAPERSIZE_A4), "landscape")
    for name in ("day.xlsx", "day.html"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_named(desk, booked, tmp_path):
    status, _, err = desk("appointments", "day", OFFICE, MONDAY, "--xlsx", tmp_path / "none" / "day.xlsx")
    assert (status, "none/day.xlsx cannot be written" in err[-1]) == (2, True)
    assert desk("appointments", "day", "nowhere", MONDAY)[0] == 2


def test_words_that_a_workbook_cannot_hold_do_not_stop_it(tmp_path):
    table = Table("Tên", [("words", "Lời", 10), ("count", "Số", 5)], [{"words": "a\x07b", "count": 3}, {}])
    write_workbook(tmp_path / "a.xlsx", table, "Trang")
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert [sheet.cell(3, column).value for column in (1, 2)] == ["ab", 3]


# -- check-in -------------------------------------------------------------------------------------------------------------


def test_a_visit_is_checked_in_by_its_ticket_however_it_is_typed(desk, booked):
    assert desk("checkin", "h31 422e", "came") == (0, ['H31-422E: đã ghi "đã đến".'], [])
    assert desk("checkin", "H31-422E", "served")[1] == ['H31-422E: đã ghi "đã xong".']
    assert desk("checkin", "H84-983Y", "served")[1] == ['H84-983Y: đã ghi "đã xong".']
    assert desk("checkin", "H84-983Y", "came")[1][-1] == 'Trước đó ghi "đã xong", nay đổi lại.'
    states = {row["ticket"]: row["state"] for row in desk.rows("appointments", "day", OFFICE, MONDAY)}
    assert states == {"H31-422E": "served", "H84-983Y": "came", "H37-096X": "confirmed"}


def test_missed_is_said_only_after_the_hour(desk, booked):
    status, out, err = desk("checkin", LAN, "missed")
    assert (status, out, "chưa đến giờ" in err[0]) == (1, [], True)
    desk.clock.move_to(aware(datetime(2026, 11, 23, 9)))
    assert desk("checkin", LAN, "missed")[0] == 0
    assert desk.rows("appointments", "day", OFFICE, MONDAY)[0]["state"] == "missed"


@pytest.mark.parametrize(("code", "outcome", "says"), [
    ("xin chào", "came", "Mã không đúng"), ("H31-422F", "came", "Mã không đúng"), ("P00000A", "came", "Mã không đúng"),
    ("H00001B", "came", "Không có mã"), ("G00002C", "served", "Không có mã"), ("G00000A", "missed", "không có giờ hẹn"),
])
def test_what_cannot_be_checked_in_says_what_to_do(desk, booked, code, outcome, says):
    status, out, err = desk("checkin", code, outcome)
    assert (status, out) == (1, [])
    assert says in err[0]


def test_sent_home_with_everything_counts_against_the_entry(desk, booked):
    status, _, err = desk("checkin", LAN, "sent-home")
    assert status == 1
    assert all(f"{reason}:" in err[0] for reason in ("paper", "form", "copies", "fee", "place", "system", "other"))
    assert desk.rows("sent-home") == []
    words = "đòi thêm giấy xác nhận, bà Trần Thị Bông số 0912345678"
    assert desk("checkin", LAN, "sent-home", "--reason", "paper", "--words", words)[0] == 0
    status, out, _ = desk("checkin", MINH, "sent-home", "--reason", "paper")
    assert first_paper(booked)[:40] in out[-1]
    assert desk("checkin", TAM, "sent-home", "--reason", "fee")[0] == 1
    assert desk("checkin", TAM, "sent-home", "--reason", "fee", "--procedure", MARRIAGE)[0] == 0
    assert desk("checkin", "G00000A", "sent-home", "--reason", "system")[0] == 0
    rows = {(row["procedure"], row["reason"]): row for row in desk.rows("sent-home")}
    counted = {key: (row["count"], row["counts"]) for key, row in rows.items()}
    assert counted == {(BIRTH, "paper"): (2, 1), (MARRIAGE, "fee"): (1, 1), (BIRTH, "system"): (1, 0)}
    told = rows[BIRTH, "paper"]["words"][0]["words"]
    assert "đòi thêm giấy xác nhận" in told
    assert "Bông" not in told
    assert "0912345678" not in told
    assert desk.rows("sent-home", "--since", "2026-11-24") == []
    assert re.search(r"^2 lần \(1 tính cho danh mục\), lần cuối 23/11/2026: 1\.001193", "\n".join(desk("sent-home")[1]), re.MULTILINE)


# -- closing --------------------------------------------------------------------------------------------------------------


def test_closing_tells_whoever_was_booked_and_takes_the_reminder_back(desk, booked):
    desk.clock.move_to(aware(datetime(2026, 11, 23, 9)))
    rows = desk.rows("appointments", "close", OFFICE, MONDAY, "2026-11-25", "--reason", "cúp điện cả ngày.")
    assert [row["ticket"] for row in rows] == ["H84-983Y", "H37-096X"]  # the first has begun already
    with desk.open() as store:
        said = sent(store)
    assert len([text for text in said if "cúp điện cả ngày." in text and "đặt lịch" in text]) == 2
    assert said.count("nhắc") == 1
    assert any("9 giờ 30 sáng, thứ Hai 23/11/2026" in text and "H84-983Y" in text for text in said)
    again = desk("appointments", "close", OFFICE, MONDAY, "2026-11-25", "--reason", "cúp điện")
    assert "Số lịch phải hủy: 0" in again[1][0]
    with desk.open() as store:
        assert sent(store) == []
    status, _, err = desk("checkin", MINH, "came")
    assert (status, "đã hủy" in err[0]) == (1, True)
    status, _, err = desk("appointments", "reopen", OFFICE, MONDAY, "2026-11-24")
    assert (status, "Các lần đang đóng: 1." in err[0], len(err)) == (1, True, 2)
    assert desk("appointments", "reopen", OFFICE, MONDAY, "2026-11-25")[0] == 0
    assert "Các lần đang đóng: 0." in desk("appointments", "reopen", OFFICE, MONDAY, "2026-11-25")[2][0]


@pytest.mark.parametrize(("arguments", "status"), [
    (("2026-11-25", "2026-11-24"), 1), (("2026-11-20", "2026-11-21"), 1), (("2026-11-25", "2026-11-25", "--counter", "q99"), 2),
])
def test_a_closing_that_makes_no_sense_changes_nothing(desk, booked, arguments, status):
    assert desk("appointments", "close", OFFICE, *arguments, "--reason", "x")[0] == status
    assert len(desk.rows("appointments", "day", OFFICE, MONDAY)) == 3


# -- dossiers, and the folder ---------------------------------------------------------------------------------------------


@pytest.fixture
def dossiers(desk):
    """By slip's date: Friday before (late), today, Wednesday (two working days), Thursday (three), and one that is settled."""
    days = {"1": date(2026, 11, 20), "2": MONDAY, "3": date(2026, 11, 25), "4": date(2026, 11, 26)}
    with desk.open() as store, store.writing() as repositories:
        under_way = [
            Dossier(f"H20.14-261102-000{number}", "in_progress", desk.clock.now(), procedure=BIRTH, due_on=day, unit="Phòng Mẫu")
            for number, day in days.items()
        ]
        repositories.dossiers.put([*under_way, Dossier("H20.14-261102-0005", "ready", desk.clock.now(), due_on=days["1"])])


def test_late_dossiers_and_those_due_within_two_working_days(desk, dossiers):
    rows = desk.rows("dossiers", "due")
    assert [(row["code"][-1], row["late"], row["left"]) for row in rows] == [("1", 1, 0), ("2", 0, 0), ("3", 0, 2)]
    assert [row["code"][-1] for row in desk.rows("dossiers", "due", "--within", 0)] == ["1", "2"]
    assert [row["code"][-1] for row in desk.rows("dossiers", "due", "--date", "2026-11-27")] == ["1", "2", "3", "4"]
    _, out, _ = desk("dossiers", "due")
    assert out[0] == "Hồ sơ trễ: 1; đến hạn trong 2 ngày làm việc: 2"
    assert "trễ 1 ngày làm việc" in out[1]
    assert "đến hạn hôm nay" in out[2]
    assert "còn 2 ngày làm việc" in out[3]


def test_the_morning_is_one_folder(desk, booked, dossiers, tmp_path):
    with desk.open() as store, store.writing() as repositories:
        repositories.guidance.record(Told(aware(datetime(2026, 11, 22, 15)), "web", BIRTH, "fee", "v1", None))
        repositories.misses.record(Miss("a", "xin giấy phép bay diều", "declined", MONDAY))
        repositories.feedback.ask_call_back(
            store.conversation("telegram", "bot", "lan"), "asked", None, "Nguyễn Thị Mẫu", "0900000001", "gọi giùm", None
        )
    desk("checkin", LAN, "sent-home", "--reason", "copies")
    made = {row["file"].rpartition("/")[2]: row["rows"] for row in desk.rows("morning", "--out", tmp_path / "m")}
    assert made == {
        "buoi-sang.html": 9, "lich-hen-xa_mau_mot.html": 3, "lich-hen-xa_mau_mot.xlsx": 3, "lich-hen-xa_mau_hai.html": 0,
        "lich-hen-xa_mau_hai.xlsx": 0, "bao-qua-dien-thoai.xlsx": 0, "cho-goi-lai.xlsx": 1, "ho-so-den-han.xlsx": 3,
        "cau-hoi-bo-lo.xlsx": 1, "du-giay-phai-ve.xlsx": 1, "bang-ke-buu-dien.xlsx": 0, "buu-dien-phat-khong-duoc.xlsx": 0,
        "buu-dien-cho-hoi-gia.xlsx": 0, "buu-dien-im-tin.xlsx": 0, "da-huong-dan.csv": 1,
    }
    assert {each.name for each in (tmp_path / "m").iterdir()} == set(made)
    front = (tmp_path / "m" / "buoi-sang.html").read_text("utf-8")
    for told in (
        "thứ Hai 23/11/2026", "Nguyễn Thị Mẫu", "0900000001", "H20.14-261102-0001", "xin giấy phép bay diều", "Khai sinh cho con",
        "số bản hoặc loại bản khác danh mục", "Đã hướng dẫn ngày 22/11/2026: 1 lượt",
    ):
        assert told in front, told
    linked = set(re.findall(r'href="([^"]+)"', front))
    assert linked <= set(made)
    assert linked >= {"lich-hen-xa_mau_mot.html", "cho-goi-lai.xlsx", "da-huong-dan.csv"}
    assert load_workbook(tmp_path / "m" / "cho-goi-lai.xlsx").active.cell(3, 4).value == "0900000001"
    with (tmp_path / "m" / "da-huong-dan.csv").open(encoding="utf-8-sig", newline="") as opened:
        assert [row[2:4] for row in csv.reader(opened)] == [["procedure", "facet"], [BIRTH, "fee"]]
    assert stat.S_IMODE((tmp_path / "m").stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "m").iterdir()} == {0o600}


NEWS = "Hồ sơ H20.14-261102-0007 đã có kết quả."


@pytest.fixture
def untold(desk):
    """A notice outside its window, one of unknown outcome, one that is sent; a ticket and a mere reply of unknown outcome."""
    with desk.open() as store:
        for peer, outcome in (("30042", OutsideWindow()), ("30043", Unknown()), ("30044", Sent())):
            who = citizen(store, peer)
            with store.writing() as repositories:
                notice = Outgoing(f"{NEWS}\nLấy tại Trung tâm.", tail="Số liệu lúc 7 giờ.", hint="Nhắn thôi báo.", kind="notice", once=True)
                repositories.notices.queue(who, "dossier:x:ready:2026-11-23", notice, desk.clock.now())
            store.outbox.record(store.outbox.claim(["telegram"]).id, outcome)
        say(store, "Đã đặt: số hẹn H31-422E.", peer="30045", once=True)
        store.outbox.record(store.outbox.claim(["telegram"]).id, Unknown())
        say(store, "dạ", peer="30046")
        for _ in range(2):
            store.outbox.record(store.outbox.claim(["telegram"]).id, Unknown())
        with store.writing() as repositories:
            who = store.conversation("telegram", "bot", "30043")
            repositories.feedback.ask_call_back(who, "asked", None, None, "0900000001", None, None)


def test_who_was_not_told_is_listed_with_what_to_say_and_the_phone_that_they_left(desk, untold):
    rows = desk.rows("outbox", "calls")
    told = f"{NEWS} Lấy tại Trung tâm. Số liệu lúc 7 giờ."
    assert [(row["who"], row["why"], row["phone"], row["text"]) for row in rows] == [
        ("telegram •••42", "outside", None, told), ("telegram •••43", "unknown", "0900000001", told),
        ("telegram •••45", "unknown", None, "Đã đặt: số hẹn H31-422E."),
    ]
    _, lines, _ = desk("outbox", "calls")
    why = "không nhắn tới được: kênh không cho, hoặc người này đã chặn"
    assert lines[0] == f'[tin {rows[0]["id"]}] báo qua điện thoại - · telegram •••42 · {why}: "{told}"'
    _, listed, _ = desk("handover", "list")
    assert "gọi lại 0900000001" in listed[0]
    assert listed[1:] == [*lines, "Báo xong thì ghi: outbox called và số của tin."]
    assert [row["kind"] for row in desk.rows("handover", "list")] == ["call_back", "notice", "notice", "notice"]


def test_told_by_phone_a_row_is_listed_no_more_and_never_sent(desk, untold):
    rows = desk.rows("outbox", "calls")
    assert [desk("outbox", "called", row["id"])[0] for row in rows] == [0, 0, 0]
    assert desk("outbox", "calls")[1] == ["Không có tin nào phải gọi điện thay."]
    status, out, err = desk("outbox", "called", rows[0]["id"])
    assert (status, out, "outbox calls" in err[0]) == (1, [], True)
    with desk.open() as store:
        assert len(store.outbox.unknown()) == 1  # the mere reply
        assert sent(store) == []


def test_the_morning_names_who_is_to_be_told_by_phone(desk, untold, tmp_path):
    made = {row["file"].rpartition("/")[2]: row["rows"] for row in desk.rows("morning", "--out", tmp_path / "m")}
    assert made["bao-qua-dien-thoai.xlsx"] == 3
    sheet = load_workbook(tmp_path / "m" / "bao-qua-dien-thoai.xlsx").active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert cells[0] == ["Số", "Điện thoại", "Người nhận", "Lý do", "Cần báo"]
    assert cells[1][1:4] == ["chưa để số; tra theo mã", "telegram •••42", "không nhắn tới được: kênh không cho, hoặc người này đã chặn"]
    assert cells[2][1:4] == ["0900000001", "telegram •••43", "không rõ đã tới chưa"]
    front = (tmp_path / "m" / "buoi-sang.html").read_text("utf-8")
    assert "Báo qua điện thoại: 3" in front
    assert NEWS in front
    everything = "".join(each.read_text("utf-8") for each in (tmp_path / "m").glob("*.html"))
    assert not [peer for peer in ("30042", "30043", "30045") if peer in everything]
    assert stat.S_IMODE((tmp_path / "m" / "bao-qua-dien-thoai.xlsx").stat().st_mode) == 0o600


def test_a_closing_is_not_told_in_the_offices_own_night(desk, booked, tmp_path, monkeypatch):
    folder = tmp_path / "office"
    shutil.copytree(sample_dir(), folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    town = (folder / "town.yaml").read_text("utf-8")
    (folder / "town.yaml").write_text(town.replace("21:00-07:00", "19:00-06:30"), "utf-8")
    monkeypatch.setenv("BOT_OFFICES_DIR", str(folder))
    desk.clock.move_to(aware(datetime(2026, 11, 23, 19, 30)))
    with desk.open() as store:
        visit(store, "lan", "H00001B", 9, "", "Nguyễn Thị Mẫu", day=date(2026, 11, 25))
    assert desk("appointments", "close", OFFICE, "2026-11-25", "2026-11-25", "--reason", "cúp điện")[0] == 0
    with desk.open() as store:
        assert not [text for text in sent(store) if "cúp điện" in text]
        desk.clock.move_to(aware(datetime(2026, 11, 24, 6, 29)))
        assert sent(store) == []
        desk.clock.move_to(aware(datetime(2026, 11, 24, 6, 30)))
        assert [text for text in sent(store) if "cúp điện" in text]


def test_the_morning_can_be_made_again_and_names_its_own_folder(desk, booked, tmp_path):
    for _ in range(2):
        status, out, _ = desk("morning")
        assert status == 0
    assert out[0] == "buoi-sang/2026-11-23/buoi-sang.html: 3"
    assert "Ctrl+P" in out[-1]
    (tmp_path / "a-file").write_text("x")
    status, _, err = desk("morning", "--out", tmp_path / "a-file" / "m")
    assert (status, "--out" in err[-1]) == (2, True)


def test_a_request_about_ones_data_is_done_by_its_code(desk):
    with desk.open() as store:
        who = citizen(store)
    with desk.open() as store, store.writing() as repositories:
        repositories.privacy.keep_request(DataRequest("T00000A", who, "see", desk.clock.now(), desk.clock.now(), None))
    assert desk("handover", "list")[1][0].startswith("[T00-000A]")
    assert desk("handover", "done", "t00-000a")[0] == 0
    assert desk("handover", "list")[1] == ["Không ai đang chờ."]
    assert desk("handover", "done", "T00000A")[0] == 1
    assert desk("handover", "done", "nobody")[0] == 1


# -- the database ---------------------------------------------------------------------------------------------------------


def test_what_was_forgotten_is_told_by_kind(desk, booked):
    desk.clock.move_to(aware(datetime(2027, 3, 1, 9)))
    status, out, _ = desk("db", "retention")
    assert status == 0
    assert len(out) == len(KEEP) + 1
    assert "3 · lịch hẹn, giữ 90 ngày" in out
    assert desk.rows("db", "retention") == [dict.fromkeys(KEEP, 0)]


def test_a_day_is_understood_as_people_write_it_and_a_place_that_is_none_is_answered_with_those_that_are(desk, booked):
    assert len(desk.rows("appointments", "day", OFFICE, "23/11/2026")) == 3
    status, _, err = desk("appointments", "day", "xa_la", "23-11-2026")
    assert (status, "Không có nơi \"xa_la\"" in err[0], f"{OFFICE} (" in err[0]) == (2, True, True)
    with pytest.raises(SystemExit):
        desk("appointments", "day", OFFICE, "31/11/2026")
    assert "'31/11/2026' is no day" in desk.capsys.readouterr().err


def test_who_waits_is_told_with_name_words_and_the_time_as_people_write_it(desk):
    with desk.open() as store:
        lan, tam, by = citizen(store, "lan"), citizen(store, "tam"), desk.clock.now() + timedelta(hours=4)
        with store.writing() as repositories:
            repositories.feedback.ask_call_back(lan, "asked", "khai sinh", "Trần Văn Thử", "0900000001", "hỏi giấy", by)
            repositories.feedback.ask_call_back(tam, "asked", None, None, "0900000002", None, by)
    _, (full, bare), _ = desk("handover", "list")
    times = "nhắn lúc 07:00 23/11/2026 · gọi trước 11:00 23/11/2026"
    assert full.endswith(f'0900000001, Trần Văn Thử · muốn gặp người · về khai sinh · {times} · "hỏi giấy"')
    assert bare.endswith(f"0900000002 · muốn gặp người · {times}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_backup_restore_and_rotation_by_command(desk, booked, tmp_path):
    (row,) = desk.rows("db", "backup", tmp_path / "copy")
    assert row["keys"] == [f"{tmp_path}/data/bot.db.keys"]
    status, out, _ = desk("db", "backup", tmp_path / "copy2")
    assert (status, "Trong đó không có khóa." in out[0], "bot.db.keys" in out[1]) == (0, True, True)
    assert stat.S_IMODE((tmp_path / "data" / "bot.db").stat().st_mode) == 0o600
    status, _, err = desk("db", "backup", tmp_path / "copy2")
    assert (status, "Chọn tên khác" in err[0]) == (1, True)
    desk("appointments", "close", OFFICE, MONDAY, MONDAY, "--reason", "x")
    status, _, err = desk("db", "restore", tmp_path / "nothing")
    assert (status, "Không thấy bản sao" in err[0]) == (1, True)
    status, out, _ = desk("db", "restore", tmp_path / "copy")
    assert (status, "before-20261123-070000" in out[1]) == (0, True)
    assert desk("db", "upgrade")[1] == ["Sổ dữ liệu đã đúng với bản này."]
    assert len(desk.rows("appointments", "day", OFFICE, MONDAY)) == 3
    assert desk("db", "rotate-keys")[1] == ["Đã mã hóa lại 0 mục bằng khóa mới nhất. Giờ có thể bỏ khóa cũ."]
