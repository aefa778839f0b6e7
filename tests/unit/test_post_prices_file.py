"""The office's table of what the post charges: every mistake with its line, what is written is read back, and the workbook makes it."""

from datetime import date

import pytest
from openpyxl import load_workbook

from bot.calendar.reading import Reading
from bot.desk.office_workbook import identifier, read_filled
from bot.desk.sheets import read_book
from bot.offices.prices import PRICES_FILE, as_file, became_of, communes_called, full_name, province_called, read_prices
from bot.offices.reader import OfficeError, load_town
from bot.postal.prices import Price, PriceTable, Relief, Zone, quote
from bot.sample import sample_dir
from tests.workbooks import CALENDAR, FIELDS, TEXTS, TODAY, good_workbook

JANUARY, FEBRUARY = date(2026, 1, 5), date(2026, 2, 1)
TABLE = PriceTable(
    (
        Zone("gan", "hai xã gần", frozenset({"31633", "31615"})), Zone("tinh", "trong thành phố", provinces=frozenset({"92"})),
        Zone("xa", "nơi khác", rest=True),
    ),
    (
        Price("gan", 100, 11_000, "01/TB", JANUARY, FEBRUARY, date(2026, 12, 31)),
        Price("gan", 100, 12_000, "02/TB", JANUARY, date(2027, 1, 1)),
        Price("tinh", 100, 22_000, "01/TB", JANUARY, FEBRUARY), Price("xa", 500, 33_000, "01/TB", JANUARY, FEBRUARY),
    ),
    (Relief("me_vnah", "Mẹ Việt Nam anh hùng", 100, "giấy xác nhận", "22/2017/TT-BTTTT", date(2017, 9, 29), FEBRUARY),),
)  # fmt: skip


def read(folder, text=None):
    """(the table, its problems)."""
    if text is not None:
        (folder / PRICES_FILE).write_text(text, "utf-8")
    reading = Reading(PRICES_FILE)
    return read_prices(reading, folder), [str(each) for each in reading.problems]


# -- the file -------------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back_equal(tmp_path):
    assert read(tmp_path, as_file(TABLE)) == (TABLE, [])


def test_no_file_and_an_empty_table_are_no_table(tmp_path):
    assert read(tmp_path) == (None, [])
    assert read(tmp_path, as_file(PriceTable())) == (None, [])


def test_every_mistake_is_told_at_once_with_its_line(tmp_path):
    _, problems = read(tmp_path, """\
zones:
  - {id: a, name: A, communes: [Xã Cù Lao Dung, "31615", Xã Không Có Đâu, Thị trấn Cù Lao Dung, Phường Tân Hưng]}
  - {id: b, name: B, communes: ["Xã Cù Lao Dung, Thành phố Cần Thơ", "Xã Cù Lao Dung, Tỉnh Đồng Tháp"]}
  - {id: c, name: C, provinces: [Cần Thơ, Thành phố Cần Thơ, Sóc Trăng]}
  - {id: d, name: D, rest: yes}
  - {id: d, name: E, rest: yes}
  - {id: f, name: F}
prices:
  - {zone: a, up_to_grams: 100, amount: 11.000, decision: 1/TB, dated: 2026-01-05, from: 2026-02-01}
  - {zone: a, up_to_grams: nhẹ, amount: 11000, decision: 1/TB, dated: 2026-01-05, from: 2026-02-01}
  - {zone: z, up_to_grams: 100, amount: 11000, decision: 1/TB, dated: 2026-01-05, from: 2026-02-01}
  - {zone: c, up_to_grams: 100, amount: 11000, decision: 1/TB, dated: 2026-01-05, from: 2026-02-01, until: 2026-06-30}
  - {zone: c, up_to_grams: 100, amount: 12000, decision: 1/TB, dated: 2026-01-05, from: 2026-06-30}
  - {zone: c, up_to_grams: 250, amount: 12000, decision: 1/TB, dated: 2026-01-05, from: 2026-06-30, until: 2026-06-29}
reliefs:
  - {id: r, name: R, percent: 0, proof: x, decision: 1/TT, dated: 2026-01-05, from: 2026-02-01}
  - {id: s, name: S, percent: 101, proof: x, decision: 1/TT, dated: 2026-01-05, from: 2026-02-01}
  - {id: t, name: T, percent: 50, decision: 1/TT, dated: 5/1/2026, from: 2026-02-01, shoe: x}
  - {id: u, name: U, percent: 50, proof: x, decision: 1/TT, dated: 2026-01-05, from: 2026-02-01}
  - {id: u, name: U, percent: 100, proof: x, decision: 1/TT, dated: 2026-01-05, from: 2026-03-01}
""")
    for expected in (
        'post_prices.yaml:2: zones[0].communes: "Xã Không Có Đâu" is not a commune of today',
        'post_prices.yaml:2: zones[0].communes: "Thị trấn Cù Lao Dung" is a unit of before; today: Xã An Thạnh, Thành phố Cần Thơ',
        'post_prices.yaml:2: zones[0].communes: "Phường Tân Hưng" is the name of 2 communes',
        'post_prices.yaml:3: zones[1].communes: Xã Cù Lao Dung, Thành phố Cần Thơ is in zone "a" already',
        'post_prices.yaml:3: zones[1].communes: "Xã Cù Lao Dung, Tỉnh Đồng Tháp" is not a commune of today',
        "post_prices.yaml:4: zones[2].provinces: Thành phố Cần Thơ stands twice",
        'post_prices.yaml:4: zones[2].provinces: "Sóc Trăng" is not a province of today',
        'post_prices.yaml:6: zones[4].id: "d" stands twice', "post_prices.yaml:6: zones[4].rest: another zone is the rest already",
        "post_prices.yaml:7: zones[5].id: a zone has one of communes, provinces, rest",
        'post_prices.yaml:9: prices[0].amount: "11.000" is not a whole number', 'post_prices.yaml:10: prices[1].up_to_grams: "nhẹ" is not',
        'post_prices.yaml:11: prices[2].zone: "z" is no zone of the table',
        'post_prices.yaml:13: prices[4].up_to_grams: zone "c" has a price up to 100 g for those days already',
        "post_prices.yaml:14: prices[5].until: 2026-06-29 is before from (2026-06-30)",
        'post_prices.yaml:16: reliefs[0].percent: "0" is not a whole number from 1 to 100',
        'post_prices.yaml:17: reliefs[1].percent: "101" is not',
        "post_prices.yaml:18: reliefs[2].proof: is missing", 'post_prices.yaml:18: reliefs[2].dated: "5/1/2026" is not a date',
        "post_prices.yaml:18: reliefs[2].shoe: is not a key", 'post_prices.yaml:20: reliefs[4].id: "u" stands twice for the same days',
    ):
        assert any(each.startswith(expected) for each in problems), (expected, problems)
    assert len(problems) == 21


def test_units_are_known_with_fewer_marks_and_without_their_kind_and_never_by_former_names():
    assert [each.code for each in communes_called("cu lao dung")] == ["31633"]
    assert [each.code for each in communes_called("xã An Thạnh")] == ["31615"]
    assert {each.code for each in communes_called("xa an thanh")} > {"31615"}
    assert communes_called("phường An Thạnh Không Có") == communes_called("xã An Thạnh, tỉnh Không Có") == ()
    assert province_called("tinh Dong Thap").code == "82"
    assert province_called("Thành phố Đồng Tháp") is None
    assert province_called("Sóc Trăng") is None
    assert [full_name(each.code) for each in became_of("thị trấn Cù Lao Dung")] == ["Xã An Thạnh, Thành phố Cần Thơ"]


def test_the_town_has_its_table_and_a_wrong_one_keeps_the_office_from_opening(tmp_path):
    for name in ("town.yaml", "offices.yaml", "places.yaml"):
        (tmp_path / name).write_bytes((sample_dir() / name).read_bytes())
    assert load_town(tmp_path).post is None
    (tmp_path / PRICES_FILE).write_text(as_file(TABLE), "utf-8")
    assert load_town(tmp_path).post == TABLE
    (tmp_path / PRICES_FILE).write_text("zones: 5\n", "utf-8")
    with pytest.raises(OfficeError, match=r"post_prices\.yaml:1: zones: must be a list"):
        load_town(tmp_path)


def test_the_samples_table_is_said_to_be_made_up_and_leaves_places_without_a_price():
    table = load_town(sample_dir()).post
    assert all("mẫu" in zone.name for zone in table.zones)
    assert all("mẫu" in price.number for price in table.prices)
    assert {(each.percent, each.number, each.dated) for each in table.reliefs} == {
        (100, "Thông tư 22/2017/TT-BTTTT", date(2017, 9, 29)), (50, "Thông tư 22/2017/TT-BTTTT", date(2017, 9, 29)),
    }
    assert quote(table, "31633", "92", TODAY).amount == 11_000
    assert quote(table, "31120", "92", TODAY).amount == 22_000
    assert quote(table, "31120", "92", TODAY, "me_vnah").amount == 0
    assert quote(table, "00004", "01", TODAY) is None


# -- the workbook ---------------------------------------------------------------------------------------------------------

PRICES, RELIEFS = "Giá bưu điện", "Diện giảm giá"
DECIDED = {"F4": "01/TB", "G4": "5/1/2026", "H4": "01/02/2026"}
GOOD = {
    PRICES: {
        "B4": "Hai xã gần", "C4": "xa Cu Lao Dung; Xã An Thạnh, Cần Thơ;", "D4": 100, "E4": "11.000", **DECIDED, "I4": date(2026, 12, 31),
        "B5": "hai xa gan", "D5": "500", "E5": 13000, "F5": "01/TB", "G5": date(2026, 1, 5), "H5": date(2026, 2, 1),
        "B6": "Tỉnh bên", "C6": "Tỉnh Đồng Tháp; Vĩnh Long", "D6": 100, "E6": 22000, "F6": "01/TB", "G6": 46027, "H6": 46054,
        "B7": "Nơi khác", "C7": "còn lại", "D7": 100, "E7": 33000, "F7": "01/TB", "G7": "5/1/2026", "H7": "1/2/2026",
    },
    RELIEFS: {"B4": "Hộ nghèo", "C4": 50, "D4": "giấy chứng nhận hộ nghèo", "E4": "22/2017/TT-BTTTT", "F4": "29/9/2017", "G4": "1/2/2026"},
}


def filled(path, *changes, old=None):
    return read_filled(read_book(good_workbook(path, *changes)), FIELDS, CALENDAR, TODAY, old, TEXTS)


def town_of(found, folder):
    assert found.problems == []
    for name, text in found.files.items():
        (folder / name).write_text(text, "utf-8")
    return load_town(folder, FIELDS)


def test_a_filled_workbook_is_the_table(tmp_path):
    table = town_of(filled(tmp_path / "o.xlsx", GOOD), tmp_path).post
    assert [(zone.id, zone.name, zone.communes, zone.provinces, zone.rest) for zone in table.zones] == [
        ("hai_xa_gan", "Hai xã gần", {"31633", "31615"}, frozenset(), False),
        ("tinh_ben", "Tỉnh bên", frozenset(), {"82", "86"}, False), ("noi_khac", "Nơi khác", frozenset(), frozenset(), True),
    ]
    assert table.prices[0] == Price("hai_xa_gan", 100, 11_000, "01/TB", JANUARY, FEBRUARY, date(2026, 12, 31))
    assert [(each.zone, each.up_to_grams, each.amount, each.start) for each in table.prices[1:]] == [
        ("hai_xa_gan", 500, 13_000, FEBRUARY), ("tinh_ben", 100, 22_000, FEBRUARY), ("noi_khac", 100, 33_000, FEBRUARY),
    ]
    assert table.reliefs == (
        Relief("ho_ngheo", "Hộ nghèo", 50, "giấy chứng nhận hộ nghèo", "22/2017/TT-BTTTT", date(2017, 9, 29), FEBRUARY),
    )


def test_the_template_offers_provinces_and_marks_its_examples(tmp_path):
    book = load_workbook(good_workbook(tmp_path / "o.xlsx"))
    assert [cell.value for cell in book["Danh sách"]["G"]][:3] == ["Vùng của giá bưu điện", "Còn lại", "Thành phố Hà Nội"]
    assert (book[PRICES]["A3"].value, book[RELIEFS]["A3"].value) == ("ví dụ", "ví dụ")
    assert any(each.formula1 == "'Danh sách'!$G$2:$G$36" for each in book[PRICES].data_validations.dataValidation)
    found = filled(tmp_path / "p.xlsx")
    assert (found.problems, PRICES_FILE in found.files) == ([], False)


@pytest.mark.parametrize(("sheet", "cells", "problem"), [
    (PRICES, {"C4": None}, "ô C4: còn trống, cần ghi \"Gồm những nơi\"."),
    (PRICES, {"C4": "xã Trên Trời"}, "ô C4: không thấy nơi nào tên \"xã Trên Trời\"."),
    (PRICES, {"C4": "thị trấn Cù Lao Dung"}, "ô C4: \"thị trấn Cù Lao Dung\" là tên cũ, nay thuộc: Xã An Thạnh, Thành phố Cần Thơ."),
    (PRICES, {"C4": "phường Tân Hưng"}, "ô C4: có 2 nơi tên \"phường Tân Hưng\". Ghi thêm tỉnh"),
    (PRICES, {"C4": "xã Cù Lao Dung; tỉnh Cà Mau"}, "ô C4: vừa có xã vừa có tỉnh."),
    (PRICES, {"C4": "Cà Mau", "C6": "Cà Mau"}, "ô C6: Tỉnh Cà Mau đã thuộc vùng \"Hai xã gần\" ở dòng trên."),
    (PRICES, {"C4": "Còn lại"}, "ô C7: đã có một vùng là phần còn lại ở dòng trên."),
    (PRICES, {"C5": "Cà Mau"}, "ô C5: khác với dòng trên của \"hai xa gan\"."),
    (PRICES, {"D5": 100}, "ô D5: vùng này đã có giá đến 100 gam cho cùng thời gian ở dòng trên."),
    (PRICES, {"E4": "11k"}, "ô E4: \"11k\" không phải số từ 0 đến"), (PRICES, {"I4": "31/1/2026"}, "ô I4: ngày cuối sớm hơn ngày đầu."),
    (PRICES, {"H4": None}, "ô H4: còn trống, cần ghi \"Từ ngày\"."), (RELIEFS, {"C4": 0}, "ô C4: \"0\" không phải số từ 1 đến 100."),
    (RELIEFS, {"D4": None}, "ô D4: còn trống, cần ghi \"Giấy chứng minh\"."),
    (RELIEFS, {"B5": "HO NGHEO", "C5": 100, "D5": "x", "E5": "y", "F5": "1/1/2026", "G5": "1/2/2026"},
     "ô B5: \"HO NGHEO\" đã ghi ở dòng trên."),
])  # fmt: skip
def test_each_mistake_is_told_with_its_cell(tmp_path, sheet, cells, problem):
    found = filled(tmp_path / "o.xlsx", GOOD, {sheet: cells})
    assert any(each.startswith(f"Trang '{sheet}', {problem}") for each in found.problems), found.problems
    assert found.files == {}


def test_ids_stay_with_their_names_and_an_emptied_sheet_takes_the_prices_away(tmp_path):
    old = load_town(sample_dir())
    renamed = {RELIEFS: {"B4": "hộ nghèo"}, PRICES: {"B4": "hai xã bên sông (số liệu mẫu)", "B5": None, "D5": None, "E5": None, "F5": None,
                                                    "G5": None, "H5": None}}  # fmt: skip
    table = town_of(filled(tmp_path / "o.xlsx", GOOD, renamed, old=old), tmp_path).post
    assert (table.zones[0].id, table.reliefs[0].id) == ("gan", "ho_ngheo")
    found = filled(tmp_path / "p.xlsx", old=old)
    assert any("Đã bỏ hết giá bưu điện" in each for each in found.notes)
    assert town_of(found, tmp_path).post is None


def test_a_workbook_of_an_earlier_release_leaves_the_prices_alone(tmp_path):
    path = good_workbook(tmp_path / "o.xlsx")
    book = load_workbook(path)
    del book[PRICES], book[RELIEFS]
    book.save(path)
    found = read_filled(read_book(path), FIELDS, CALENDAR, TODAY, load_town(sample_dir()), TEXTS)
    assert (found.problems, PRICES_FILE in found.files) == ([], False)


def test_long_names_get_ids_that_fit():
    assert identifier("Thương binh, người hưởng chính sách như thương binh") == "thuong_binh_nguoi_huong"
