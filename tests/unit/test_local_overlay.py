"""What only the office can say of a procedure: over the published entry, with its decision; good procedures in, every bad cell named."""

import contextlib
import json
from dataclasses import replace
from datetime import date, time

import pytest
from openpyxl import load_workbook

from bot.calendar.model import Period
from bot.catalog.figures import as_json
from bot.catalog.model import Decision, FeeItem, Instrument, LocalEntry, Source, TimeLimit
from bot.desk.local_workbook import COLUMNS, listed, read_overlay, write_list
from bot.desk.sheets import read_book
from bot.errors import SettingsError
from bot.offices import writing
from bot.offices.local import LOCAL_FILE, load_local, retired, write_local
from bot.offices.model import Counter, Office, Town
from bot.offices.reader import load_town
from bot.offices.writing import finish, write_together
from tests.knowledge import shared_knowledge
from tests.workbooks import TEXTS, TODAY

BIRTH, MARRIAGE, DEATH = "1.001193", "1.000894", "1.000656"
DECIDED = Source("office", Instrument("12/2026/NQ-HĐND", date(2026, 2, 1)))
COUNTERS = (Counter("quay_1", "Quầy 1", (), 15), Counter("quay_2", "Quầy 2", ("Hộ tịch",), 15))
OFFICE = Office("xa", "Trung tâm xã", "centre", "Số 1", "0277 3861 234", hours={0: (Period(time(7), time(11)),)}, counters=COUNTERS)
TOWN = Town((OFFICE,), (), "Trợ lý", "em", False, None, ("phone",))
ENTRY = LocalEntry(
    BIRTH, (FeeItem(8000, "bản", DECIDED, channel="in_person", condition="trễ hạn", start=date(2026, 3, 1), until=date(2026, 12, 31)),),
    TimeLimit(4, "working_hour", DECIDED), "xa/quay_2", by_post=False, form_at_counter=True,
    hand_back=("Giấy khai sinh cũ", "Sổ hộ khẩu"),
)


@pytest.fixture(scope="module")
def catalog():
    return shared_knowledge().catalog


def plain(code, *fees, **more):
    return LocalEntry(code, tuple(FeeItem(amount, None, DECIDED) for amount in fees), **more)


# -- over the published entry ---------------------------------------------------------------------------------------------


def test_the_overlay_wins_and_shows_its_decision(catalog):
    overlaid = catalog.with_local({BIRTH: ENTRY})
    shown = as_json(overlaid.get(BIRTH, TODAY), TODAY)
    source = {"from": "office", "number": "12/2026/NQ-HĐND", "date": "2026-02-01", "article": None}
    assert shown["fees"]["status"] == "amount"
    assert [(item["amount"], item["unit"], item["source"]) for item in shown["fees"]["items"]] == [(8000, "bản", source)]
    assert shown["time"][0] == {"amount": 4, "unit": "working_hour", "channel": None, "condition": None, "case": None, "source": source}
    assert shown["time"][1:] == as_json(catalog.get(BIRTH, TODAY), TODAY)["time"]
    assert shown["filing"]["post"] is False
    papers = ["Giấy khai sinh cũ", "Sổ hộ khẩu"]
    assert shown["local"] == {"counter": "xa/quay_2", "by_post": False, "form_at_counter": True, "hand_back": papers}
    assert as_json(catalog.get(BIRTH, TODAY), TODAY)["local"] is None


def test_before_and_after_its_dates_the_published_fee_stands(catalog):
    overlaid, published = catalog.with_local({BIRTH: ENTRY}), catalog.get(BIRTH, TODAY).fees
    for day in (date(2026, 2, 28), date(2027, 1, 1)):
        assert overlaid.get(BIRTH, day).fees == published


def test_a_fee_of_nothing_is_free(catalog):
    fees = catalog.with_local({BIRTH: plain(BIRTH, 0)}).get(BIRTH, TODAY).fees
    assert (fees.status, fees.items[0].source) == ("free", DECIDED)


def test_other_procedures_and_the_catalogue_itself_stay_as_they_are(catalog):
    overlaid = catalog.with_local({BIRTH: ENTRY})
    assert overlaid.get(MARRIAGE, TODAY) is catalog.get(MARRIAGE, TODAY)
    assert catalog.get(BIRTH, TODAY).local is None
    assert catalog.with_local({}) is catalog


def test_the_version_names_the_overlay_too(catalog):
    """An answer's log says from which figures it was given."""
    one, other = (catalog.with_local({BIRTH: entry}).version for entry in (ENTRY, plain(BIRTH, 9000)))
    assert one.startswith(f"{catalog.version}+")
    assert one != other
    assert one == catalog.with_local({BIRTH: ENTRY}).version


# -- its file -------------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back_equal(tmp_path):
    local = {BIRTH: ENTRY, DEATH: LocalEntry(DEATH, form_at_counter=False), MARRIAGE: plain(MARRIAGE, 0, 5000)}
    write_local(tmp_path, local)
    assert load_local(tmp_path) == local


def test_every_mistake_in_the_file_is_told_with_its_line(tmp_path):
    (tmp_path / LOCAL_FILE).write_text(
        "- {code: khai_sinh, by_post: maybe}\n"
        "- code: 1.001193\n  fees:\n    - {amount: 8.000, number: 1/QĐ, dated: 1/2/2026}\n"
        "    - {amount: 1, dated: 2026-02-01, from: 2026-03-02, until: 2026-03-01}\n"
        "  time: {amount: 1, unit: day, number: 1/QĐ, dated: 2026-02-01}\n  shoe: x\n"
        "- {code: 1.001193}\n",
        "utf-8",
    )  # fmt: skip
    with pytest.raises(SettingsError) as caught:
        load_local(tmp_path)
    for expected in (
        'local.yaml:1: [0].code: "khai_sinh" is not the code', 'local.yaml:1: [0].by_post: "maybe" must be one of yes, no',
        'local.yaml:4: [1].fees[0].amount: "8.000" is not a whole number', 'local.yaml:4: [1].fees[0].dated: "1/2/2026" is not a date',
        "local.yaml:5: [1].fees[1].number: is missing", "local.yaml:5: [1].fees[1].until: 2026-03-01 is before from",
        'local.yaml:6: [1].time.unit: "day" must be one of', "local.yaml:7: [1].shoe: is not a key",
        'local.yaml:8: [2].code: "1.001193" stands twice',
    ):
        assert expected in str(caught.value)


def test_an_overlay_of_a_retired_code_keeps_no_office_from_opening(tmp_path, catalog):
    (tmp_path / "town.yaml").write_text("bot_name: A\nself_word: em\napology_allowed: no\nsecond_facts: [phone]\n", "utf-8")
    (tmp_path / "offices.yaml").write_text("- {id: xa, name: X, kind: centre, address: Số 1, phone: 0277 3861 234, hours: {}}\n", "utf-8")
    (tmp_path / "places.yaml").write_text("[]\n", "utf-8")
    write_local(tmp_path, {"9.999999": plain("9.999999", 1)})
    town = load_town(tmp_path, codes={each.code for each in catalog})
    assert retired(town.local, catalog, TODAY) == [("9.999999", None, None)]


def test_a_retired_code_is_told_with_what_took_its_place(catalog):
    gone = next(each for each in catalog if each.replaced_by and catalog.successor(each, TODAY))
    (code, last, following), = retired([BIRTH, gone.code], catalog, TODAY)
    assert (code, last.code, following) == (gone.code, gone.code, catalog.successor(gone, TODAY))
    abolished = replace(catalog.get(BIRTH, TODAY), decision=Decision("1/QĐ", None, "abolished"))
    assert retired([BIRTH], type(catalog)((abolished,), "v"), TODAY) == [(BIRTH, abolished, None)]


def test_a_writer_killed_at_any_moment_leaves_all_old_or_all_new(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    old, new = {"a": "1", "b": "1", "c": "1"}, {"a": "2", "b": "2", "c": "2"}
    real, seen = writing.os.replace, set()
    for fatal in range(6):
        folder = tmp_path / str(fatal)
        write_together(folder, old)
        (folder / "other.yaml").write_text("kept", "utf-8")
        moments = iter(range(1000))

        def replace_or_die(source, target, fatal=fatal, moments=moments):
            if next(moments) == fatal:
                raise Killed
            real(source, target)

        monkeypatch.setattr(writing.os, "replace", replace_or_die)
        with contextlib.suppress(Killed):
            write_together(folder, new)
        monkeypatch.setattr(writing.os, "replace", real)
        finish(folder)
        found = {name: (folder / name).read_text("utf-8") for name in old}
        assert found in (old, new)
        assert (folder / "other.yaml").read_text("utf-8") == "kept"
        assert not (folder / writing.COMMIT).exists()
        seen.add(found["a"])
    assert seen == {"1", "2"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(SettingsError, match="cannot be written"):
        write_together(tmp_path / "file", {"a": "1"})


# -- its workbook ---------------------------------------------------------------------------------------------------------


def exported(path, catalog, town=TOWN, asked=None):
    write_list(path, catalog, town, asked or {}, TODAY, TEXTS)
    return path


def cells_of(code, path):
    page = load_workbook(path)["Phần riêng"]
    return next(row[0].row for row in page.iter_rows(min_row=3) if row[0].value == code)


def put(path, code, **values):
    """Into the first row of *code*."""
    book = load_workbook(path)
    page, number = book["Phần riêng"], cells_of(code, path)
    for key, value in values.items():
        page.cell(number, COLUMNS.index(key) + 1).value = value
    book.save(path)
    return number


def add(path, **values):
    book = load_workbook(path)
    page = book["Phần riêng"]
    number = page.max_row + 1
    for key, value in values.items():
        page.cell(number, COLUMNS.index(key) + 1, value)
    book.save(path)
    return number


def read(path, catalog, town=TOWN):
    return read_overlay(read_book(path), catalog, town, TODAY, TEXTS)


LAW = {"fee_number": "12/2026/NQ-HĐND", "fee_dated": "01/02/2026"}


def test_most_asked_first_then_by_the_ways_of_asking(catalog):
    procedures = listed(catalog, {}, {DEATH: 5, MARRIAGE: 7}, TODAY)
    assert [each.code for each in procedures[:2]] == [MARRIAGE, DEATH]
    phrases = [len(each.phrases) for each in procedures[2:]]
    assert phrases == sorted(phrases, reverse=True)
    assert all(each.in_force(TODAY) and not each.replaced_by for each in procedures)


def test_the_list_offers_what_there_is_to_choose_and_shows_what_is_published(tmp_path, catalog):
    path = exported(tmp_path / "l.xlsx", catalog)
    book = load_workbook(path)
    row = [cell.value for cell in book["Phần riêng"][cells_of(BIRTH, path)]]
    assert row[:2] == [BIRTH, catalog.get(BIRTH, TODAY).label]
    assert "Khai sinh đúng hạn" in row[3]
    assert [cell.value for cell in book["Danh sách"]["C"]][1:3] == ["Quầy 1", "Quầy 2"]


def test_a_list_that_nobody_filled_in_changes_nothing(tmp_path, catalog):
    read_back = read(exported(tmp_path / "l.xlsx", catalog), catalog)
    assert (read_back.problems, read_back.changed, read_back.local) == ([], [], {})


def test_a_filled_row_is_the_overlay(tmp_path, catalog):
    path = exported(tmp_path / "l.xlsx", catalog)
    put(path, BIRTH, fee="8.000", fee_unit="bản", fee_channel="Trực tiếp", fee_condition="trễ hạn", fee_from="01/03/2026", fee_until=46387,
        fee_number="12/2026/NQ-HĐND", fee_dated=date(2026, 2, 1), time=4, time_unit="giờ làm việc", time_number="12/2026/NQ-HĐND",
        time_dated="01/02/2026", counter="quay 2", by_post="không", form="có", hand_back="Giấy khai sinh cũ;  Sổ hộ khẩu;")  # fmt: skip
    read_back = read(path, catalog)
    assert read_back.problems == []
    assert read_back.local == {BIRTH: ENTRY}


def test_what_is_exported_again_is_imported_as_it_was(tmp_path, catalog):
    local = {BIRTH: ENTRY, MARRIAGE: plain(MARRIAGE, 5000), DEATH: replace(plain(DEATH, 1000), by_post=True)}
    local[DEATH] = replace(local[DEATH], fees=(*local[DEATH].fees, replace(ENTRY.fees[0], amount=2000)))
    town = replace(TOWN, local=local)
    read_back = read(exported(tmp_path / "l.xlsx", catalog, town), catalog, town)
    assert (read_back.problems, read_back.changed, read_back.same) == ([], [], 3)
    assert read_back.local == local


def test_originals_to_hand_back_are_none_where_it_says_so_and_stay_where_an_older_list_has_no_such_column(tmp_path, catalog):
    path = exported(tmp_path / "l.xlsx", catalog)
    put(path, BIRTH, hand_back="không")
    assert read(path, catalog).local == {BIRTH: LocalEntry(BIRTH, hand_back=())}
    town = replace(TOWN, local={BIRTH: ENTRY})
    older = exported(tmp_path / "older.xlsx", catalog, town)
    book = load_workbook(older)
    book["Phần riêng"].delete_cols(COLUMNS.index("hand_back") + 1)
    book.save(older)
    read_back = read(older, catalog, town)
    assert (read_back.problems, read_back.local) == ([], {BIRTH: ENTRY})
    put(path, BIRTH, hand_back="x" * 401)
    assert "dài quá 400 chữ cái" in read(path, catalog).problems[0]


def test_several_fees_are_several_rows(tmp_path, catalog):
    path = exported(tmp_path / "l.xlsx", catalog)
    put(path, BIRTH, fee=8000, fee_channel="trực tiếp", **LAW)
    add(path, code="1.001193.000.00.00.H20", fee=0, fee_channel="trên mạng", **LAW)
    items = read(path, catalog).local[BIRTH].fees
    assert [(item.amount, item.channel) for item in items] == [(8000, "in_person"), (0, "online")]


def test_a_code_that_a_spreadsheet_took_for_a_number_is_known(tmp_path, catalog):
    code = next(each.code for each in listed(catalog, {}, {}, TODAY) if each.code.endswith("0"))
    path = exported(tmp_path / "l.xlsx", catalog)
    book = load_workbook(path)
    book["Phần riêng"].cell(cells_of(code, path), 1, float(code))
    book.save(path)
    add(path, code=float(code), by_post="có")
    assert read(path, catalog).local == {code: LocalEntry(code, by_post=True)}


@pytest.mark.parametrize(
    ("key", "values", "problem"),
    [
        ("fee", {"fee": "tám nghìn", **LAW}, "\"tám nghìn\" không phải số tiền."),
        ("fee", {"fee_unit": "bản", **LAW}, "còn trống mà các ô bên cạnh đã ghi."),
        ("fee_number", {"fee": 8000, "fee_dated": "01/02/2026"}, "còn trống. Ghi số văn bản"),
        ("fee_number", {"fee": 8000, **LAW, "fee_number": "nghị quyết mới"}, "\"nghị quyết mới\" không phải số văn bản."),
        ("fee_dated", {"fee": 8000, "fee_number": "1/QĐ"}, "còn trống. Ghi ngày văn bản."),
        ("fee_dated", {"fee": 8000, **LAW, "fee_dated": "30/02/2026"}, "\"30/02/2026\" không phải ngày."),
        ("fee_dated", {"fee": 8000, **LAW, "fee_dated": "01/12/2026"}, "ngày văn bản 01/12/2026 còn ở phía trước."),
        ("fee_channel", {"fee": 8000, **LAW, "fee_channel": "zalo"}, "\"zalo\" không có trong danh sách. Chọn một trong:"),
        ("fee_until", {"fee": 8000, **LAW, "fee_from": "02/01/2026", "fee_until": "01/01/2026"}, "ngày cuối sớm hơn ngày đầu."),
        ("fee_condition", {"fee": 8000, **LAW, "fee_condition": "dài " * 60}, "dài quá 120 chữ cái."),
        ("time", {"time": "nhanh", "time_unit": "ngày", "time_number": "1/QĐ", "time_dated": "01/02/2026"}, "\"nhanh\" không phải số."),
        ("time_unit", {"time": 1, "time_number": "1/QĐ", "time_dated": "01/02/2026"}, "còn trống. Chọn đơn vị thời gian."),
        ("time_number", {"time": 1, "time_unit": "ngày"}, "còn trống. Ghi số văn bản"),
        ("counter", {"counter": "Quầy 9"}, "\"Quầy 9\" không có trong danh sách."),
        ("by_post", {"by_post": "tùy"}, "\"tùy\" chưa rõ. Ghi có hoặc không."),
        ("form", {"form": "hết"}, "\"hết\" chưa rõ. Ghi có hoặc không."),
    ],
)
def test_a_bad_cell_is_named_and_only_its_procedure_is_left_out(tmp_path, catalog, key, values, problem):
    path = exported(tmp_path / "l.xlsx", catalog)
    number = put(path, BIRTH, **values)
    put(path, MARRIAGE, by_post="có")
    read_back = read(path, catalog, replace(TOWN, local={BIRTH: ENTRY}))
    column = load_workbook(path)["Phần riêng"].cell(number, COLUMNS.index(key) + 1).coordinate
    assert any(each.startswith(f"Trang 'Phần riêng', ô {column}: {problem}") for each in read_back.problems), read_back.problems
    assert read_back.bad == {BIRTH}
    assert read_back.local == {BIRTH: ENTRY, MARRIAGE: LocalEntry(MARRIAGE, by_post=True)}


def test_a_time_of_ones_own_may_only_be_shorter(tmp_path, catalog):
    alone = (each for each in listed(catalog, {}, {}, TODAY) if len(each.time) == 1)
    procedure = next(each for each in alone if each.time[0].unit == "working_day" and each.time[0].amount > 2)
    longest = procedure.time[0].amount
    law = {"time_unit": "ngày làm việc", "time_number": "5/QĐ-UBND", "time_dated": "01/02/2026"}
    path = exported(tmp_path / "l.xlsx", catalog)
    put(path, procedure.code, time=longest + 1, **law)
    assert f"dài hơn quy định chung ({longest} ngày làm việc)" in read(path, catalog).problems[0]
    put(path, procedure.code, time=longest - 1)
    assert read(path, catalog).local[procedure.code].time.amount == longest - 1


def test_codes_that_cannot_be_are_told(tmp_path, catalog):
    gone = next(each for each in catalog if each.replaced_by and catalog.successor(each, TODAY))
    path = exported(tmp_path / "l.xlsx", catalog)
    rows = [add(path, code=code, by_post="có") for code in ("khai sinh", None, "9.999999", gone.code)]
    told = read(path, catalog)
    following = catalog.successor(gone, TODAY)
    assert told.problems == [
        f"Trang 'Phần riêng', ô A{rows[0]}: \"khai sinh\" không phải mã thủ tục. Mã có dạng 1.001193.",
        f"Trang 'Phần riêng', ô A{rows[1]}: còn trống, cần ghi mã thủ tục.",
        f"Trang 'Phần riêng', ô A{rows[2]}: danh mục không có mã 9.999999. Coi lại mã.",
        f"Trang 'Phần riêng', ô A{rows[3]}: thủ tục mã {gone.code} không còn áp dụng, nay là {following.code} {following.label}. "
        "Ghi vào dòng của mã đó.",
    ]
    assert told.local == {}


def test_rows_of_one_procedure_may_not_contradict_each_other(tmp_path, catalog):
    path = exported(tmp_path / "l.xlsx", catalog)
    put(path, BIRTH, fee=8000, counter="Quầy 1", **LAW)
    number = add(path, code=BIRTH, fee=9000, counter="Quầy 2", **LAW)
    assert read(path, catalog).problems == [
        f"Trang 'Phần riêng', ô E{number}: mức này trùng với dòng trên. Ghi rõ ai đóng, hoặc xóa một dòng.",
        f"Trang 'Phần riêng', ô Q{number}: thủ tục này đã ghi khác ở dòng trên. Chỉ ghi ở một dòng.",
    ]


def test_an_x_takes_the_overlay_of_a_procedure_away_even_a_retired_one(tmp_path, catalog):
    local = {BIRTH: ENTRY, "9.999999": plain("9.999999", 1)}
    town = replace(TOWN, local=local)
    path = exported(tmp_path / "l.xlsx", catalog, town)
    put(path, BIRTH, remove="x")
    add(path, code="9.999999", remove="X")
    read_back = read(path, catalog, town)
    assert (read_back.problems, sorted(read_back.removed), read_back.local) == ([], [BIRTH, "9.999999"], {})


def test_an_answer_in_json_carries_the_office_as_its_source(catalog):
    assert '{"from": "office"' in json.dumps(as_json(catalog.with_local({BIRTH: ENTRY}).get(BIRTH, TODAY), TODAY), ensure_ascii=False)
