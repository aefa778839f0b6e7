"""``office init``, ``check``, ``local export``, ``local import`` as the head of a centre runs them; ``serve`` waits for her days."""

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from bot import __main__ as program
from bot import clock as clocks
from bot.bootstrap import Application
from bot.calendar.reader import load_national_calendar
from bot.catalog.reader import load_catalog
from bot.commands.office import ready_to_serve
from bot.errors import SettingsError
from bot.offices.local import load_local, write_local
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.store.crypto import Keys
from bot.store.engine import open_store
from tests.knowledge import shared_knowledge
from tests.tree import ROOT
from tests.unit.test_local_overlay import BIRTH, ENTRY, LAW, MARRIAGE, plain, put
from tests.workbooks import CENTRE, GOOD, fill

FIELDS = {"Quầy": {"D4": "Hộ tịch; Chứng thực", "D5": "Đất đai"}}


class Frozen:
    """Four days before a day that nobody has settled."""

    def now(self):
        return clocks.aware(clocks.datetime(2026, 11, 20, 8))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in, where the office's own is not there yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_OFFICES_DIR", str(tmp_path / "office"))
    monkeypatch.setattr(clocks, "SystemClock", Frozen)
    return tmp_path


def run(capsys, *arguments):
    status = program.main(list(arguments))
    out = capsys.readouterr()
    return status, out.out, out.err


def filled(place, capsys, *changes):
    assert run(capsys, "office", "init", "o.xlsx")[0] == 0
    return fill(place / "o.xlsx", GOOD, FIELDS, *changes)


def made(place, capsys, *changes):
    filled(place, capsys, *changes)
    status, out, err = run(capsys, "office", "init", "o.xlsx")
    assert status == 0, out + err
    return err


def test_the_first_run_writes_the_template_and_nothing_else(place, capsys, monkeypatch):
    monkeypatch.delenv("BOT_OFFICES_DIR")
    status, out, _ = run(capsys, "office", "init", "o.xlsx")
    assert (status, "Đã tạo tệp mẫu o.xlsx" in out) == (0, True)
    assert [path.name for path in place.iterdir()] == ["o.xlsx"]
    assert load_workbook("o.xlsx").sheetnames[:4] == ["Hướng dẫn", "Chung", "Nơi tiếp nhận", "Giờ làm việc"]


def test_the_second_needs_to_know_where_to_write(place, capsys, monkeypatch):
    filled(place, capsys)
    monkeypatch.delenv("BOT_OFFICES_DIR")
    status, _, err = run(capsys, "office", "init", "o.xlsx")
    assert status == 2
    assert "ghi một dòng BOT_OFFICES_DIR=co-quan" in err


def test_a_filled_workbook_becomes_the_folder(place, capsys):
    err = made(place, capsys)
    assert "Bỏ qua 7 dòng ví dụ." in err
    town = load_town(place / "office", {each.field for each in load_catalog()})
    assert [office.name for office in town.centres] == [CENTRE]
    status, out, _ = run(capsys, "office", "check")
    assert (status, out.splitlines()[:2]) == (0, [
        f"Thông tin của {CENTRE} đủ để chạy. Phần riêng: 0 thủ tục.",
        f"Mã nơi: xa_hoa_binh ({CENTRE}). Mã quầy: quay_1 (Quầy 1), quay_2 (Quầy 2).",
    ])


def test_with_a_mistake_nothing_is_written_and_the_folder_stays(place, capsys):
    filled(place, capsys, {"Quầy": {"E4": 0}})
    status, out, err = run(capsys, "office", "init", "o.xlsx")
    assert (status, out) == (1, "Trang 'Quầy', ô E4: \"0\" không phải số từ 5 đến 240. Chỉ ghi số.\n")
    assert "Có 1 chỗ cần sửa." in err
    assert not (place / "office").exists()
    fill(place / "o.xlsx", GOOD)
    assert run(capsys, "office", "init", "o.xlsx")[0] == 0
    before = {path.name: path.read_bytes() for path in (place / "office").iterdir()}
    fill(place / "o.xlsx", {"Giờ làm việc": {"D4": "?"}})
    assert run(capsys, "office", "init", "o.xlsx")[0] == 1
    assert {path.name: path.read_bytes() for path in (place / "office").iterdir()} == before


def test_sample_data_is_never_mixed_in(place, capsys, monkeypatch):
    filled(place, capsys)
    shutil.copytree(sample_dir(), place / "copy")
    for folder in (sample_dir(), place / "copy"):
        before = (folder / "offices.yaml").read_bytes()
        monkeypatch.setenv("BOT_OFFICES_DIR", str(folder))
        status, _, err = run(capsys, "office", "init", "o.xlsx")
        assert (status, "đang chứa dữ liệu mẫu" in err) == (2, True)
        assert (folder / "offices.yaml").read_bytes() == before


def test_a_new_init_keeps_the_overlay_and_other_files_and_tells_of_a_counter_that_is_gone(place, capsys):
    made(place, capsys)
    write_local(place / "office", {BIRTH: ENTRY.__class__(BIRTH, ENTRY.fees, counter="xa_hoa_binh/quay_2")})
    (place / "office" / "prices.yaml").write_text("kept", "utf-8")
    err = made_again(place, capsys, {"Quầy": {"C5": "Quầy đất đai"}})
    assert f"Mã {BIRTH}: quầy đã chỉ định không còn" in err
    entry = load_local(place / "office")[BIRTH]
    assert (entry.fees, entry.counter) == (ENTRY.fees, None)
    assert (place / "office" / "prices.yaml").read_text("utf-8") == "kept"


def made_again(place, capsys, *changes):
    fill(place / "o.xlsx", *changes)
    status, out, err = run(capsys, "office", "init", "o.xlsx")
    assert status == 0, out + err
    return err


def test_a_doubtful_day_is_to_be_settled_before_serving(place, capsys):
    err = made(place, capsys, {"Ngày chưa rõ": {"D3": None}})
    assert "Ngày 24/11/2026 chưa ghi có mở cửa không." in err
    status, out, err = run(capsys, "office", "check")
    assert status == 1
    assert out.startswith("Ngày 24/11/2026 (Ngày Văn hóa Việt Nam) chưa rõ có mở cửa không.")
    status, _, err = run(capsys, "serve", "--port", "0")
    assert status == 2
    assert "Trợ lý chưa chạy được" in err
    assert "24/11/2026" in err
    assert run(capsys, "worker")[0] == 2
    made_again(place, capsys, {"Ngày chưa rõ": {"D3": "không"}})
    assert run(capsys, "office", "check")[0] == 0
    store = open_store("sqlite:///data/bot.db", Keys.load("sqlite:///data/bot.db", {}), Frozen())
    with store:
        ready_to_serve(Application(shared_knowledge(), load_town(place / "office"), store, Frozen()))


def test_a_day_too_far_ahead_to_book_holds_nobody_up(place):
    """Of Tết 2027 nobody has published anything yet."""
    town = load_town(sample_dir())
    with open_store("sqlite:///data/bot.db", Keys.load("sqlite:///data/bot.db", {}), Frozen()) as store:
        with pytest.raises(SettingsError, match="24/11/2026") as caught:
            ready_to_serve(Application(shared_knowledge(), town, store, Frozen()))
        assert "2027" not in str(caught.value)


def test_errors_in_the_folder_are_all_told(place, capsys):
    made(place, capsys)
    (place / "office" / "town.yaml").write_text("bot_name: A\n", "utf-8")
    status, out, err = run(capsys, "office", "check")
    assert status == 1
    assert "town.yaml:1: self_word: is missing" in out
    assert "chỗ cần sửa" in err


@pytest.mark.parametrize("arguments", [["init", "o.xls"], ["local", "export", "--out", "o.csv"], ["local", "import", "o.ods"]])
def test_another_kind_of_file_is_wrong_usage(place, capsys, arguments):
    assert run(capsys, "office", *arguments)[0] == 2


def test_a_torn_file_is_told_and_no_trace(place, capsys):
    made(place, capsys)
    (place / "torn.xlsx").write_bytes(b"PK\x03\x04")
    for arguments in (["init", "torn.xlsx"], ["local", "import", "torn.xlsx"]):
        status, _, err = run(capsys, "office", *arguments)
        assert (status, err) == (1, "Không mở được tệp torn.xlsx. Mở bằng Excel rồi lưu lại kiểu .xlsx.\n")
    assert run(capsys, "office", "local", "import", "none.xlsx")[::2] == (1, "Không thấy tệp none.xlsx.\n")


def test_the_overlay_goes_out_and_comes_back(place, capsys):
    made(place, capsys)
    status, out, _ = run(capsys, "office", "local", "export", "--out", "l.xlsx")
    assert (status, "vào l.xlsx" in out) == (0, True)
    bad = put(place / "l.xlsx", MARRIAGE, fee="chưa biết", **LAW)
    put(place / "l.xlsx", BIRTH, fee=8000, fee_condition="trễ hạn", counter="Quầy 2", **LAW)
    status, out, err = run(capsys, "office", "local", "import", "l.xlsx")
    assert status == 1
    assert out.splitlines()[0].startswith(f"Trang 'Phần riêng', ô E{bad}: \"chưa biết\" không phải số tiền.")
    assert "Đã nhận phần riêng của 1 thủ tục" in out
    assert "Chưa nhận 1 thủ tục" in err
    assert load_local(place / "office")[BIRTH].counter == "xa_hoa_binh/quay_2"
    shown = json.loads(run(capsys, "catalog", "show", BIRTH, "--json")[1])
    assert shown["fees"]["items"][0]["source"] == {"from": "office", "number": "12/2026/NQ-HĐND", "date": "2026-02-01", "article": None}
    put(place / "l.xlsx", MARRIAGE, fee=None, fee_number=None, fee_dated=None)
    assert run(capsys, "office", "local", "import", "l.xlsx")[:2] == (0, "Đã nhận phần riêng của 0 thủ tục, bỏ 0, không đổi 1.\n")


def test_an_export_never_writes_over_what_she_has_filled_in(place, capsys):
    made(place, capsys)
    (place / "l.xlsx").write_bytes(b"hers")
    status, _, err = run(capsys, "office", "local", "export", "--out", "l.xlsx")
    assert (status, "chưa ghi đè" in err) == (1, True)
    assert (place / "l.xlsx").read_bytes() == b"hers"


def test_most_asked_is_counted_from_what_was_told(place, capsys):
    made(place, capsys)
    with open_store("sqlite:///data/bot.db", Keys.load("sqlite:///data/bot.db", {}), Frozen()) as store:
        application = Application(shared_knowledge(), load_town(place / "office"), store, Frozen())
        with store.writing() as repositories:
            for _ in range(3):
                application._record_guidance(application.world(1, "terminal", repositories), MARRIAGE, "fee")
            assert repositories.guidance.asked() == {MARRIAGE: 3}
    run(capsys, "office", "local", "export", "--out", "l.xlsx")
    first = [cell.value for cell in load_workbook("l.xlsx")["Phần riêng"][3]]
    assert (first[0], first[2]) == (MARRIAGE, 3)


def test_an_overlay_of_a_retired_code_is_reported_everywhere_and_stops_nothing(place, capsys):
    made(place, capsys)
    catalog = load_catalog()
    gone = next(each for each in catalog if each.replaced_by and catalog.successor(each, clocks.today(Frozen())))
    following = catalog.successor(gone, clocks.today(Frozen()))
    write_local(place / "office", {gone.code: plain(gone.code, 5000), "9.999999": plain("9.999999", 1)})
    wanted = [f"Mã {gone.code} không còn áp dụng, nay là {following.code}", "Mã 9.999999 không còn áp dụng"]
    status, out, _ = run(capsys, "office", "check")
    assert status == 0
    assert all(each in out for each in wanted)
    for arguments in (["export", "--out", "l.xlsx"], ["import", "l.xlsx"]):
        status, _, err = run(capsys, "office", "local", *arguments)
        assert status == 0
        assert all(each in err for each in wanted)


def test_settled_far_ahead_the_calendar_still_knows(place, capsys):
    """What the template asks of is what the calendar doubts, a year ahead."""
    run(capsys, "office", "init", "o.xlsx")
    calendar, today = load_national_calendar(), clocks.today(Frozen())
    asked = [row[0].date() for row in load_workbook("o.xlsx")["Ngày chưa rõ"].iter_rows(min_row=3, values_only=True) if row[0]]
    doubted = sorted(day for day, special in calendar.days.items() if special.standing == "unsettled")
    assert asked == [day for day in doubted if today <= day < today + timedelta(days=366)]


def test_as_a_program_of_its_own(tmp_path):
    """The real clock, a real process, another working folder."""
    environ = {**os.environ, "BOT_OFFICES_DIR": str(tmp_path / "office"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "office", "init", "o.xlsx"]
    statuses = [subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=False).returncode for _ in range(2)]
    assert statuses == [0, 1]
