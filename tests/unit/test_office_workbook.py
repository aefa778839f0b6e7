"""The workbook of an office: the template can be filled in, every mistake is told at once with sheet and cell, examples never get in."""

from datetime import date, datetime, time

import pytest
from openpyxl import load_workbook

from bot.calendar.model import Period
from bot.catalog.names import folded
from bot.desk.office_workbook import doubtful_days, examples_of, identifier, read_filled
from bot.desk.sheets import Unreadable, WorkbookUnreadable, as_day, as_number, as_time, read_book
from bot.offices.model import BankAccount
from bot.offices.reader import load_town
from tests.workbooks import CALENDAR, CENTRE, FIELDS, POST, TEXTS, TODAY, fill, good_workbook, template

MORNING = Period(time(7, 30), time(11, 30))
WORKDAY = (MORNING, Period(time(13, 30), time(17, 0)))


def read(path, old=None):
    return read_filled(read_book(path), FIELDS, CALENDAR, TODAY, old, TEXTS)


def town_of(path, folder, old=None):
    filled = read(path, old)
    assert filled.problems == []
    for name, text in filled.files.items():
        (folder / name).write_text(text, "utf-8")
    return load_town(folder, FIELDS)


def test_a_filled_workbook_is_the_office(tmp_path):
    town = town_of(good_workbook(tmp_path / "o.xlsx"), tmp_path)
    centre, post = town.offices
    assert (town.bot_name, town.self_word, town.address_word, town.hotline) == ("Trợ lý Hòa Bình", "", "ông/bà", "1022")
    assert town.second_facts == ("phone", "name")
    assert (town.apology_allowed, town.bank) == (False, None)
    assert (centre.id, centre.name, centre.kind, centre.phone) == ("xa_hoa_binh", CENTRE, "centre", "0277 3861 234")
    assert (post.id, post.kind, post.phone) == ("buu_dien_xa_hoa_binh", "post_office", "0277 3861 235")
    assert centre.hours == {**dict.fromkeys(range(5), WORKDAY), 5: (Period(time(7), time(11)),)}
    assert post.hours == dict.fromkeys(range(7), (Period(time(7), time(18)),))
    assert [(each.first, each.last, each.periods) for each in centre.exceptions] == [
        (date(2026, 12, 18), date(2026, 12, 18), ()),
        (date(2027, 2, 10), date(2027, 2, 12), (Period(time(7, 30), time(10, 30)),)),
    ]
    assert [(each.id, each.fields, each.minutes, each.seats) for each in centre.counters] == [
        ("quay_1", ("Hộ tịch", "Chứng thực"), 15, 2), ("quay_2", ("Đất đai",), 30, 1),
    ]
    assert [(each.name, each.office) for each in town.places] == [("thị trấn Hòa Bình cũ", "xa_hoa_binh"), ("xã Tân Lợi", None)]
    assert centre.settled == {date(2026, 11, 24): True}
    assert not any(office.sample for office in town.offices)


def test_the_template_asks_of_every_doubtful_day_and_offers_lists(tmp_path):
    book = load_workbook(template(tmp_path / "o.xlsx"))
    page = book["Ngày chưa rõ"]
    days = [row[0].date() for row in page.iter_rows(min_row=3, values_only=True) if row[0]]
    assert days[0] == date(2026, 11, 24)
    assert days == doubtful_days(CALENDAR, TODAY)
    assert page["B3"].value == "Thứ Ba"
    offered = {each.formula1 for name in book.sheetnames for each in book[name].data_validations.dataValidation}
    assert "'Danh sách'!$A$2:$A$3" in offered
    assert "'Nơi tiếp nhận'!$B$3:$B$60" in offered
    answers = {str(each.sqref): each.formula1 for each in book["Chung"].data_validations.dataValidation}
    assert answers["B8"] == answers["B11"] == "'Danh sách'!$A$2:$A$3"
    assert answers["B4"] == "'Danh sách'!$C$2:$C$3"
    assert [cell.value for cell in book["Danh sách"]["F"]][:3] == ["Lĩnh vực trong danh mục", "Tất cả", "Chứng thực"]


def test_every_sheet_prints_all_its_columns_on_one_page_and_hours_stay_as_typed(tmp_path):
    book = load_workbook(template(tmp_path / "o.xlsx"))
    for page in book.worksheets:
        assert (page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight) == ("landscape", 1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
    hours = book["Giờ làm việc"]
    assert [hours[place].value for place in ("D3", "G3")] == ["7h30", "17h00"]
    assert {hours.cell(row, 4).number_format for row in range(3, 30)} == {"@"}


def test_what_is_left_empty_is_asked_for_all_at_once_and_examples_are_passed_over(tmp_path):
    filled = read(template(tmp_path / "o.xlsx"))
    assert filled.files == {}
    assert filled.notes == ["Bỏ qua 7 dòng ví dụ."]
    assert filled.problems == [
        "Trang 'Chung', ô B3: còn trống, cần ghi \"Tên trợ lý\".",
        "Trang 'Chung', ô B8: còn trống, cần ghi \"Tệp hồ sơ có số điện thoại\".",
        "Trang 'Chung', ô B9: còn trống, cần ghi \"Tệp hồ sơ có số căn cước\".",
        "Trang 'Chung', ô B10: còn trống, cần ghi \"Tệp hồ sơ có họ tên\".",
        "Trang 'Nơi tiếp nhận': chưa có Trung tâm nào. Ghi ít nhất một nơi loại \"Trung tâm\".",
    ]


def test_no_example_ever_gets_into_the_office(tmp_path):
    filled = read(good_workbook(tmp_path / "o.xlsx"))
    assert "Bỏ qua 7 dòng ví dụ." in filled.notes
    written = folded("\n".join(filled.files.values()))
    for rows in examples_of(lambda key: TEXTS.part("office_workbook", key), "").values():
        for example in rows:
            shown = [folded(example[key]) for key in ("name", "place", "address", "old_name") if key in example]
            assert not [each for each in shown if each in written]


@pytest.mark.parametrize(
    ("sheet", "cells", "problem"),
    [
        ("Chung", {"B4": "tui"}, "Trang 'Chung', ô B4: \"tui\" không có trong danh sách. Chọn một trong: em, không xưng."),
        ("Chung", {"B6": "09xx"}, "Trang 'Chung', ô B6: \"09xx\" không phải số điện thoại. Ghi đủ số, kể cả số 0 đầu."),
        ("Chung", {"B7": "tùy"}, "Trang 'Chung', ô B7: \"tùy\" chưa rõ. Ghi có hoặc không."),
        ("Chung", {"B8": "không", "B10": "không"}, "Trang 'Chung', ô B8: ba mục về tệp hồ sơ đều là không."),
        ("Chung", {"A7": "xin lỗi"}, "Trang 'Chung': không thấy mục \"Được nói lời xin lỗi khi hồ sơ trễ\"."),
        ("Chung", {"B11": "có"}, "Trang 'Chung', ô B12: còn trống, cần ghi \"Ngân hàng\"."),
        ("Chung", {"B11": "có", "B12": "X", "B13": "12a?", "B14": "UBND"}, "Trang 'Chung', ô B13: \"12A?\" không phải số tài khoản."),
        ("Nơi tiếp nhận", {"C4": "Trung tam tinh"}, "Trang 'Nơi tiếp nhận', ô C4: \"Trung tam tinh\" không có trong danh sách."),
        ("Nơi tiếp nhận", {"F4": "0298 000 0001"}, "Trang 'Nơi tiếp nhận', ô F4: \"0298 000 0001\" không phải số điện thoại."),
        ("Nơi tiếp nhận", {"D4": None}, "Trang 'Nơi tiếp nhận', ô D4: còn trống, cần ghi \"Địa chỉ\"."),
        ("Nơi tiếp nhận", {"B5": CENTRE.upper()}, f"Trang 'Nơi tiếp nhận', ô B5: \"{CENTRE.upper()}\" đã ghi ở dòng trên."),
        ("Nơi tiếp nhận", {"B2": "Chỗ"}, "Trang 'Nơi tiếp nhận': không thấy cột \"Tên\"."),
        ("Nơi tiếp nhận", {"A5": "Ví dụ"}, "Trang 'Nơi tiếp nhận', ô A5: dòng này có chữ \"ví dụ\" nhưng đã sửa."),
        ("Nơi tiếp nhận", {"A3": None}, "Trang 'Nơi tiếp nhận', ô A3: dòng này còn y nguyên ví dụ."),
        ("Giờ làm việc", {"D4": "sáng sớm"}, "Trang 'Giờ làm việc', ô D4: \"sáng sớm\" không phải giờ. Ghi kiểu 7h30, mỗi ô một giờ."),
        ("Giờ làm việc", {"D4": "7h30 - 11h30"}, "Trang 'Giờ làm việc', ô D4: \"7h30 - 11h30\" không phải giờ."),
        ("Giờ làm việc", {"E4": None}, "Trang 'Giờ làm việc', ô G4: giờ mới có một đầu."),
        ("Giờ làm việc", {"E4": "7h00"}, "Trang 'Giờ làm việc', ô E4: giờ sau phải muộn hơn giờ trước."),
        ("Giờ làm việc", {"C4": "ngày thường"}, "Trang 'Giờ làm việc', ô C4: \"ngày thường\" không phải thứ trong tuần."),
        ("Giờ làm việc", {"C5": "thứ sáu"}, f"Trang 'Giờ làm việc', ô C5: Thứ Sáu của \"{CENTRE}\" đã ghi ở dòng trên."),
        ("Giờ làm việc", {"D5": None, "E5": None}, "Trang 'Giờ làm việc', ô D5: dòng này chưa có giờ."),
        ("Giờ làm việc", {"B6": "Bưu điện Hoà Bình"}, "Trang 'Giờ làm việc', ô B6: \"Bưu điện Hoà Bình\" không có trong danh sách."),
        ("Giờ làm việc", dict.fromkeys(("B6", "C6", "D6", "G6")), f"Trang 'Giờ làm việc': chưa có giờ làm việc của \"{POST}\"."),
        ("Ngày giờ khác", {"C4": "31/11/2026"}, "Trang 'Ngày giờ khác', ô C4: \"31/11/2026\" không phải ngày."),
        ("Ngày giờ khác", {"D4": "17/12/2026"}, "Trang 'Ngày giờ khác', ô D4: ngày cuối sớm hơn ngày đầu."),
        ("Ngày giờ khác", {"C5": "18/12/2026"}, f"Trang 'Ngày giờ khác', ô C5: trùng ngày với một dòng khác của \"{CENTRE}\"."),
        ("Ngày giờ khác", {"I4": None}, "Trang 'Ngày giờ khác', ô I4: còn trống, cần ghi \"Lý do\"."),
        ("Quầy", {"D4": "Hộ tịch; Bói toán"}, "Trang 'Quầy', ô D4: \"Bói toán\" không có trong danh sách."),
        ("Quầy", {"D4": "ho tic"}, "Trang 'Quầy', ô D4: \"ho tic\" không có trong danh sách. Có phải \"Hộ tịch\" không?"),
        ("Quầy", {"D4": "tịch"}, "Trang 'Quầy', ô D4: \"tịch\" không có trong danh sách. Có phải \"Hộ tịch\" không?"),
        ("Quầy", {"D4": "Hộ tịch, Bói toán"}, "Trang 'Quầy', ô D4: \"Hộ tịch, Bói toán\" không có trong danh sách."),
        ("Quầy", {"E4": "nửa giờ"}, "Trang 'Quầy', ô E4: \"nửa giờ\" không phải số từ 5 đến 240."),
        ("Quầy", {"E5": None}, "Trang 'Quầy', ô E5: còn trống, cần ghi \"Số phút một lượt\"."),
        ("Quầy", {"C5": "Quầy 1"}, "Trang 'Quầy', ô E5: số phút khác với dòng trên của cùng quầy."),
        ("Quầy", {"F4": 51}, "Trang 'Quầy', ô F4: \"51\" không phải số từ 1 đến 50."),
        ("Tên cũ", {"C4": None}, "Trang 'Tên cũ', ô C4: còn trống, cần ghi \"Nay thuộc\"."),
        ("Tên cũ", {"D4": "Xã bên"}, "Trang 'Tên cũ', ô D4: \"Xã bên\" không có trong danh sách."),
        ("Ngày chưa rõ", {"D3": "hỏi lại"}, "Trang 'Ngày chưa rõ', ô D3: \"hỏi lại\" chưa rõ. Ghi có hoặc không."),
        ("Ngày chưa rõ", {"A3": "24 tháng 11"}, "Trang 'Ngày chưa rõ', ô A3: \"24 tháng 11\" không phải ngày."),
    ],
)  # fmt: skip
def test_each_mistake_is_told_in_her_words_with_its_cell(tmp_path, sheet, cells, problem):
    filled = read(good_workbook(tmp_path / "o.xlsx", {sheet: cells}))
    assert any(each.startswith(problem) for each in filled.problems), filled.problems
    assert filled.files == {}


def test_a_place_written_over_the_example_is_one_mistake(tmp_path):
    """The clerk typed over the grey row and forgot its mark: the sheets that name the place are right."""
    over = {"Nơi tiếp nhận": {"B3": CENTRE, "C3": "Trung tâm", "D3": "Số 5 đường Hùng Vương", "F3": "0277 3861 234", "B4": None,
                              "C4": None, "D4": None, "E4": None, "F4": None}}
    filled = read(good_workbook(tmp_path / "o.xlsx", over))
    assert [each.partition(":")[0] for each in filled.problems] == ["Trang 'Nơi tiếp nhận', ô A3"]
    left = sum(map(len, examples_of(lambda key: TEXTS.part("office_workbook", key), "").values())) - 1
    assert filled.notes == [f"Bỏ qua {left} dòng ví dụ."]


def test_what_clerks_write_for_days_fields_and_the_only_centre_is_understood(tmp_path):
    loose = {"Giờ làm việc": {"C4": "Từ thứ 2 đến 6", "C6": "Hàng ngày", "F4": "1h30 chiều"},
             "Quầy": {"B4": None, "B5": None, "D4": "Hộ tịch, chứng thực"}}
    centre, post = town_of(good_workbook(tmp_path / "o.xlsx", loose), tmp_path).offices
    assert centre.hours[4] == WORKDAY
    assert sorted(post.hours) == list(range(7))
    assert [each.fields for each in centre.counters] == [("Hộ tịch", "Chứng thực"), ("Đất đai",)]


def test_one_mistake_is_one_line(tmp_path):
    filled = read(good_workbook(tmp_path / "o.xlsx", {"Quầy": {"E4": 3}, "Giờ làm việc": {"D4": "?"}}))
    assert [each.partition(":")[0] for each in filled.problems] == ["Trang 'Giờ làm việc', ô D4", "Trang 'Quầy', ô E4"]


def test_a_sheet_that_was_renamed_is_told(tmp_path):
    path = good_workbook(tmp_path / "o.xlsx")
    book = load_workbook(path)
    book["Quầy"].title = "Quay moi"
    book.save(path)
    assert read(path).problems == ["Trang 'Quầy': không thấy trang này. Đổi tên trang về như cũ, hoặc tạo tệp mẫu mới."]


def test_columns_may_stand_in_any_order_below_rows_of_ones_own(tmp_path):
    path = good_workbook(tmp_path / "o.xlsx")
    book = load_workbook(path)
    page = book["Quầy"]
    rows = [row[1:] + row[:1] for row in page.iter_rows(min_row=2, max_row=5, values_only=True)]
    page.delete_rows(1, 5)
    page.insert_rows(1, 7)
    for number, row in enumerate(rows, start=4):
        for index, value in enumerate(row, start=1):
            page.cell(number, index, value)
    book.save(path)
    assert [each.id for each in town_of(path, tmp_path).offices[0].counters] == ["quay_1", "quay_2"]


def test_fields_of_one_counter_may_stand_in_several_rows(tmp_path):
    rows = {"Quầy": {"B5": None, "C5": "quầy 1", "E5": None, "D5": "Đất đai", "B6": CENTRE, "C6": "Quầy 3", "D6": "Tất cả", "E6": 20}}
    with_post = {"Quầy": {"B5": CENTRE}}
    counters = town_of(good_workbook(tmp_path / "o.xlsx", rows, with_post), tmp_path).offices[0].counters
    assert [(each.name, each.fields) for each in counters] == [("Quầy 1", ("Hộ tịch", "Chứng thực", "Đất đai")), ("Quầy 3", ())]


def test_an_account_is_told_only_where_it_is_switched_on(tmp_path):
    account = {"B12": "Ngân hàng Nông nghiệp", "B13": "1234 5678 90", "B14": "UBND xã Hòa Bình"}
    assert town_of(good_workbook(tmp_path / "off.xlsx", {"Chung": account}), tmp_path).bank is None
    on = town_of(good_workbook(tmp_path / "on.xlsx", {"Chung": {"B11": "có", **account}}), tmp_path)
    assert on.bank == BankAccount("Ngân hàng Nông nghiệp", "1234567890", "UBND xã Hòa Bình")


def test_ids_outlive_a_new_name(tmp_path):
    """Booked visits hang on them."""
    old = town_of(good_workbook(tmp_path / "o.xlsx"), tmp_path)
    renamed = {
        "Nơi tiếp nhận": {"B4": "Trung tâm mới"}, "Giờ làm việc": {"B4": "Trung tâm mới", "B5": "Trung tâm mới"},
        "Ngày giờ khác": {"B5": "Trung tâm mới"}, "Quầy": {"B4": "Trung tâm mới", "B5": "Trung tâm mới"}, "Tên cũ": {"D4": "Trung tâm mới"},
    }
    town = town_of(good_workbook(tmp_path / "o.xlsx", renamed), tmp_path, old)
    assert [(office.id, office.name) for office in town.offices] == [("xa_hoa_binh", "Trung tâm mới"), ("buu_dien_xa_hoa_binh", POST)]


def test_what_else_to_know_is_said_and_stops_nothing(tmp_path):
    filled = read(good_workbook(tmp_path / "o.xlsx", {"Quầy": {"B5": None, "C5": None, "D5": None, "E5": None}}))
    assert filled.problems == []
    assert "Chưa quầy nào nhận các lĩnh vực: Đất đai." in filled.notes


def test_a_file_that_is_no_workbook_is_not_a_trace(tmp_path):
    for name, content in (("a.xlsx", b"hello"), ("b.xlsx", b""), ("c.xlsx", b"PK\x03\x04 torn")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WorkbookUnreadable):
            read_book(tmp_path / name)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("7h30", time(7, 30)), ("7 giờ", time(7)), ("07:30:00", time(7, 30)), (0.3125, time(7, 30)), (7, time(7)),
        ("13g15", time(13, 15)), (None, None), (datetime(1900, 1, 7), time(7)), ("7h30 sáng", time(7, 30)), ("1h30 chiều", time(13, 30)),
        ("5:00 PM", time(17)), ("13h chiều", time(13)),
    ],
)
def test_hours_as_people_type_them(value, meant):
    assert as_time(value) == meant


@pytest.mark.parametrize(
    "value", ["25h", "7h75", "sáng", 30, 7.5, datetime(1900, 1, 7, 7, 12), datetime(2026, 11, 7), datetime(1900, 1, 30), "7h30-11h"]
)
def test_what_is_no_hour(value):
    with pytest.raises(Unreadable):
        as_time(value)


@pytest.mark.parametrize("value", ["24/11/2026", "24-11-2026", "24.11.2026", "2026-11-24", 46350, 46350.0, date(2026, 11, 24)])
def test_days_as_people_type_them(value):
    assert as_day(value) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("value", "meant"), [("8.000", 8000), ("8,000", 8000), (8000.0, 8000), ("1.250.000", 1_250_000), ("0", 0), (" ", None)]
)
def test_sums_as_people_type_them(value, meant):
    assert as_number(value) == meant


@pytest.mark.parametrize("value", ["8.5", "-1", 8.5, "tám nghìn", "80.00"])
def test_what_is_no_whole_number(value):
    with pytest.raises(Unreadable):
        as_number(value)


def test_an_id_is_short_ascii_without_what_every_name_begins_with():
    assert identifier("Trung tâm Phục vụ hành chính công xã Đồng Mẫu") == "xa_dong_mau"
    assert identifier("Trung tâm") == "trung_tam"
    assert len(identifier("Điểm tiếp nhận hồ sơ lưu động ấp Bình Thạnh")) <= 24


def test_filling_in_twice_is_filling_in_once(tmp_path):
    path = good_workbook(tmp_path / "o.xlsx")
    old = town_of(path, tmp_path)
    assert read(path, old).files == read(path).files
    assert town_of(fill(path, {}), tmp_path, old) == old


# -- quiet hours ----------------------------------------------------------------------------------------------------------

QUIET = "B15"


@pytest.mark.parametrize(
    ("cell", "night"),
    [
        ("21h00-07h00", (time(21), time(7))), (None, (time(21), time(7))), ("20h-6h", (time(20), time(6))),
        ("19:30 - 06:15", (time(19, 30), time(6, 15))), ("22 giờ đến 5 giờ", (time(22), time(5))),
    ],
)
def test_quiet_hours_are_read_as_people_write_them(tmp_path, cell, night):
    town = town_of(good_workbook(tmp_path / "o.xlsx", {"Chung": {QUIET: cell}}), tmp_path)
    assert town.quiet == night
    assert load_workbook(template(tmp_path / "t.xlsx"))["Chung"][QUIET].value == "21h00-07h00"


@pytest.mark.parametrize("cell", ["không", "7h-21h", "21h", "21h-7h-8h", "21h-11h", "tối đến sáng", 21])
def test_quiet_hours_that_are_no_night_are_told_with_their_cell(tmp_path, cell):
    filled = read(good_workbook(tmp_path / "o.xlsx", {"Chung": {QUIET: cell}}))
    assert filled.problems == [
        f"Trang 'Chung', ô {QUIET}: \"{cell}\" không phải giờ ban đêm. Ghi kiểu 21h-7h: bắt đầu từ 18h trở đi, kết thúc từ 5h đến 10h."
    ]
    assert filled.files == {}


def test_a_workbook_of_before_that_does_not_ask_for_quiet_hours_leaves_them_as_they_are(tmp_path):
    path = good_workbook(tmp_path / "o.xlsx", {"Chung": {QUIET: "20h-6h"}})
    old = town_of(path, tmp_path)
    fill(path, {"Chung": {"A15": None, QUIET: None, "C15": None}})
    assert town_of(path, tmp_path, old).quiet == (time(20), time(6))
    assert town_of(path, tmp_path).quiet == (time(21), time(7))
