"""Eight made-up exports, with every fault, lead to right answers in chat; every wrong row is named with its cell."""

import io
import json
import os
import sys
from datetime import UTC, datetime

import pytest

from bot.__main__ import main
from bot.calendar.reader import load_national_calendar
from bot.clock import SetClock, aware
from bot.commands.importing import ImportOffice
from bot.store import Keys, open_store
from bot.texts.reader import load_texts
from tests.doubles.exports import ALL, MERGED_TITLES, PAUSED, REGISTER, REPEATED

NOW = aware(datetime(2026, 11, 21, 8, 0))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/data/bot.db"


@pytest.fixture
def take(url, capsys):
    """Imports a file; what was printed, by kind, and the exit status."""
    def taken(path, now=NOW):
        with open_store(url, Keys.load(url, {}), SetClock(now)) as store:
            status = ImportOffice(store, load_national_calendar(), SetClock(now), load_texts(), as_json=True).take(path)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        (summary,) = [each for each in lines if each["kind"] == "summary"]
        return lines, summary, status

    return taken


@pytest.fixture
def ask(url, capsys, monkeypatch):
    """Each code asked for by another citizen, in one run of ``chat``; the answers."""
    def asked(questions):
        lines = [line for number, (code, fact) in enumerate(questions) for line in (f"!user c{number}", code, fact)]
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        assert main(["chat", "--json", "--db", url, "--at", "2026-11-21T08:00"]) == 0
        said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [each["text"] for each in said if each.get("flow") == "dossier_status" and each["step"] != "fact"]

    return asked


def written(made, folder):
    path = folder / made.name
    made.write(path)
    os.utime(path, (NOW.timestamp() - 3600,) * 2)
    return path


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.name)
def test_a_made_up_export_leads_to_right_answers(made, tmp_path, take, ask):
    lines, summary, status = take(written(made, tmp_path))
    assert {each["cell"]: each["problem"] for each in lines if each["kind"] == "bad_row"} == made.bad
    assert {each["problem"] for each in lines if each["kind"] == "flag"} == made.flags
    assert (summary["rows"], summary["bad"], status) == (made.rows, len(made.bad), 1)
    assert summary["added"] + summary["repeated"] == made.rows - len(made.bad)
    assert tuple(summary["facts"]) == made.facts
    answers = ask([(code, fact) for code, (fact, _) in made.answers.items()])
    for (code, (_, words)), answer in zip(made.answers.items(), answers, strict=True):
        assert code in answer
        assert [each for each in words if each not in answer] == [], answer


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.name)
def test_the_same_file_twice_changes_nothing_and_its_bad_rows_come_back_the_same(made, tmp_path, take):
    path = written(made, tmp_path)
    first, summary, _ = take(path)
    _, again, _ = take(path, NOW.replace(hour=9))
    assert (again["added"], again["changed"], again["older"]) == (0, 0, 0)
    assert again["as_of"] == summary["as_of"]
    fixed, handed_back, _ = take(tmp_path / summary["corrections"])
    assert handed_back["as_of"] == summary["as_of"]
    problems = [each["problem"] for each in first if each["kind"] == "bad_row" and each["problem"] != "code_again"]
    assert [each["problem"] for each in fixed if each["kind"] == "bad_row"] == problems


def test_a_fixed_row_is_taken_over(tmp_path, take, ask):
    from openpyxl import load_workbook

    _, summary, _ = take(written(MERGED_TITLES, tmp_path))
    book = load_workbook(summary["corrections"])
    sheet = book["Danh sách"]
    titles = [cell.value for cell in sheet[2]]
    assert titles[-1] == "Lỗi"
    assert "ô E10" in sheet.cell(3, len(titles)).value
    sheet.cell(3, 5).value = "27/11/2026"
    sheet.cell(4, 2).value = "H20.14-261104-0009"
    book.save(summary["corrections"])
    _, fixed, status = take(tmp_path / summary["corrections"])
    assert (fixed["added"], fixed["bad"], status) == (2, 0, 0)
    assert "27/11/2026" in ask([("H20.14-261104-0003", "4321")])[0]


def test_the_bad_rows_of_a_text_export_are_a_workbook_with_the_wrong_cells_shown(tmp_path, take):
    """A text file would open in one column, and a phone would lose its first digit."""
    from openpyxl import load_workbook

    _, summary, _ = take(written(REPEATED, tmp_path))
    assert summary["corrections"].endswith("gop_loi.xlsx")
    (sheet,) = load_workbook(summary["corrections"]).worksheets
    assert [cell.value for cell in sheet[2]][:3] == ["mahoso", "tinh trang", "ho ten"]
    assert "Sửa ô tô vàng" in sheet["A1"].value
    assert [(cell.coordinate, cell.value) for row in sheet["A3:G5"] for cell in row if cell.fill.fgColor.rgb == "00FFF2CC"] == [
        ("A3", "H20.14-261113-0062"), ("E4", "11/13/2026"), ("E5", "20/11/2026"),
    ]
    assert (sheet["D4"].value, sheet["D4"].number_format) == ("0900000063", "@")
    assert all(row[7].alignment.wrap_text for row in sheet["A3:H5"])


def test_of_two_rows_with_one_code_the_second_replaces_the_first_once_it_is_handed_in_as_right(tmp_path, take, ask):
    from openpyxl import load_workbook

    lines, summary, _ = take(written(REPEATED, tmp_path))
    assert "Dòng này đúng thì để nguyên, rồi nhập tệp lỗi" in next(each["text"] for each in lines if each.get("problem") == "code_again")
    book = load_workbook(summary["corrections"])
    book.active.delete_rows(4, 2)
    book.save(summary["corrections"])
    _, fixed, status = take(tmp_path / summary["corrections"])
    assert (fixed["changed"], fixed["bad"], status) == (1, 0, 0)
    assert "đang được xử lý" not in ask([("H20.14-261113-0062", "0062")])[0]


def test_bad_rows_go_as_text_where_a_text_file_is_named_for_them(tmp_path, url, capsys):
    path, errors = written(REPEATED, tmp_path), tmp_path / "sua.csv"
    assert main(["dossiers", "import", str(path), "--db", url, "--errors", str(errors)]) == 1
    assert errors.read_text("utf-8-sig").splitlines()[1] == "mahoso|tinh trang|ho ten|dien thoai|ngay nhan|ngay hen|ngay tra|Lỗi"


def test_a_day_that_stands_as_a_bare_number_is_told_as_a_day(tmp_path, take):
    lines, _, _ = take(written(REGISTER, tmp_path))
    assert '"46295 = 30/09/2026" sớm hơn ngày tiếp nhận 06/10/2026' in next(each["text"] for each in lines if each["kind"] == "bad_row")


def test_several_files_are_taken_one_after_the_other_and_one_that_is_not_there_is_named(tmp_path, url, capsys):
    good = tmp_path / "a.csv"
    good.write_text("Mã hồ sơ,Trạng thái,SĐT\nH20.14-200113-0072,Đang xử lý,0900000072\n", "utf-8")
    assert main(["dossiers", "import", str(good), str(written(PAUSED, tmp_path)), "--db", url]) == 1
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines() if "Đọc" in line] == ["a.csv", PAUSED.name]
    assert main(["dossiers", "import", "ho", "so.xlsx", str(good), "--db", url]) == 1
    said = capsys.readouterr()
    assert "Không thấy tệp so.xlsx. Tên có dấu cách thì để trong ngoặc kép" in said.err
    assert "không đổi 1" in said.out


@pytest.mark.parametrize(("arguments", "says"), [
    ([], "Ghi tên tệp cần nhập"),
    (["a.csv", "--watch", "vao"], "không ghi cả hai"),
    (["a.csv", "b.csv", "--errors", "loi.xlsx"], "chỉ nhập một tệp"),
])
def test_an_import_that_is_not_clear_is_asked_about(arguments, says, url, capsys):
    assert main(["dossiers", "import", *arguments, "--db", url]) == 2
    assert says in capsys.readouterr().err


def test_an_officers_name_or_phone_opens_nothing(tmp_path, take, ask):
    take(written(MERGED_TITLES, tmp_path))
    code = "000.00.14.H20-261103-0002"
    assert all("không khớp" in each for each in ask([(code, "Phan Cán Bộ"), (code, "8777")]))


def test_the_bot_asks_for_what_the_columns_hold(tmp_path, take, url, capsys, monkeypatch):
    take(written(ALL[2], tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO("H20.14-261110-0011\n"))
    main(["chat", "--db", url, "--at", "2026-11-21T08:00"])
    said = capsys.readouterr().out
    assert "4 số cuối căn cước" in said
    assert "điện thoại" not in said.split("Đây là")[0]


def test_early_on_time_and_late_leave_out_the_days_that_it_waited_for_the_citizen(tmp_path, take):
    _, paused, _ = take(written(ALL[6], tmp_path))
    assert (paused["early"], paused["on_time"], paused["late"], paused["overdue"]) == (0, 1, 0, 1)


def test_an_older_export_does_not_undo_a_newer_one(tmp_path, take, ask):
    newer, older = tmp_path / "moi.csv", tmp_path / "cu.csv"
    row = "H20.14-261113-0071,{},Cao Văn E,13/11/2026\n"
    head = "Mã hồ sơ,Trạng thái,Họ tên,Ngày tiếp nhận\n"
    newer.write_text(f"Tính đến ngày 20/11/2026\n{head}{row.format('Đã xử lý xong')}", "utf-8")
    older.write_text(f"Tính đến ngày 19/11/2026\n{head}{row.format('Đang xử lý')}", "utf-8")
    take(newer)
    lines, summary, status = take(older)
    assert (summary["older"], summary["changed"], status) == (1, 0, 0)
    assert [each["problem"] for each in lines if each["kind"] == "flag"] == ["older"]
    assert "đã có kết quả" in ask([("H20.14-261113-0071", "cao van e")])[0]


def test_an_export_without_phones_leaves_those_that_are_known(tmp_path, take, ask):
    full, bare = tmp_path / "a.csv", tmp_path / "b.csv"
    full.write_text("Tính đến ngày 19/11/2026\nMã hồ sơ,Trạng thái,SĐT\nH20.14-261113-0072,Đang xử lý,0900000072\n", "utf-8")
    bare.write_text("Tính đến ngày 20/11/2026\nMã hồ sơ,Trạng thái\nH20.14-261113-0072,Chờ trả kết quả\n", "utf-8")
    take(full)
    lines, summary, _ = take(bare)
    assert summary["changed"] == 1
    assert [each["problem"] for each in lines if each["kind"] == "flag"] == ["no_facts"]
    assert "đã có kết quả" in ask([("H20.14-261113-0072", "0072")])[0]


@pytest.mark.parametrize(("content", "says"), [
    (b"", "trống"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, ".xls"),
    (b"PK\x03\x04 no archive", "không mở được như tệp Excel"),
    (b"<html><table><tr><td>x</td></tr></table></html>", "không phải bảng"),
    ("Họ tên,Địa chỉ\nA,B\n".encode(), "dòng tiêu đề"),
    (("Mã hồ sơ,Trạng thái\nH20.14-261113-0001,\"Đang xử lý\n" + "x" * 200_000).encode(), "ngoặc kép"),
])
def test_a_file_that_cannot_be_read_is_told_with_what_to_do(content, says, tmp_path, url, capsys):
    path = tmp_path / "tep.xlsx"
    path.write_bytes(content)
    assert main(["dossiers", "import", str(path), "--db", url]) == 1
    assert says in capsys.readouterr().err


def test_a_watched_folder_takes_each_complete_file_once_and_moves_it(tmp_path, url, capsys, monkeypatch):
    folder = tmp_path / "vao"
    folder.mkdir()
    written(REPEATED, folder)
    (folder / "hong.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "~$mo.xlsx").write_bytes(b"PK")
    growing = folder / "dang-chep.csv"
    looks = iter(range(10))

    def slept(_):
        growing.write_text("x" * (next(looks) + 1), "utf-8")

    monkeypatch.setattr("bot.commands.importing.time.sleep", slept)
    with open_store(url, Keys.load(url, {}), SetClock(NOW)) as store:
        ImportOffice(store, load_national_calendar(), SetClock(NOW), load_texts(), as_json=True).watch(folder, looks=4)
        with store.reading() as repositories:
            assert repositories.dossiers.count() == 2
    assert sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()) == [
        "dang-chep.csv", "done/gop.csv", "failed/gop_loi.xlsx", "failed/hong.xlsx", "~$mo.xlsx",
    ]
    assert sum('"summary"' in line for line in capsys.readouterr().out.splitlines()) == 1


def test_nothing_else_is_printed_with_json_and_no_bar_where_nobody_looks(tmp_path, url, capsys):
    path = tmp_path / "a.csv"
    path.write_text("Mã hồ sơ,Trạng thái,SĐT\nH20.14-200113-0072,Đang xử lý,0900000072\n", "utf-8")
    assert main(["dossiers", "import", str(path), "--json", "--db", url]) == 0
    printed = capsys.readouterr()
    assert [json.loads(line)["kind"] for line in printed.out.splitlines()] == ["summary"]
    assert printed.err == ""
    assert datetime.fromisoformat(json.loads(printed.out)["as_of"]) <= datetime.now(UTC)
