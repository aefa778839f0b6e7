"""Single cells, titles and moments of exports."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import aware
from bot.dossiers import codes
from bot.gateways.settlement.cells import BadCell, read_day, read_last4, read_name, read_phone_in
from bot.gateways.settlement.made import made_at
from bot.gateways.settlement.rows import _read_code, sums_in
from bot.gateways.settlement.statuses import NATIONAL, WORDS, read_status
from bot.gateways.settlement.titles import TITLES, find_header

EPOCH = date(1899, 12, 30)
TODAY = date(2026, 11, 21)
NOW = aware(datetime(2026, 11, 21, 8))


@pytest.mark.parametrize("cell", [
    "05/11/2026", "5/11/26", "05-11-2026 17:30", "17:30:15 05/11/2026", "2026-11-05", "2026-11-05T17:30:00", "05.11.2026", 46331, 46331.7,
    "46331", 20261105, datetime(2026, 11, 5, 23), date(2026, 11, 5), "ngày 5 tháng 11 năm 2026", "Thứ Năm, 05/11/2026", "17h30 05/11/2026",
])
def test_a_day_in_any_writing(cell):
    assert read_day(cell, EPOCH) == date(2026, 11, 5)


@pytest.mark.parametrize(("cell", "problem"), [
    ("31/02/2026", "no_such_day"), ("11/20/2026", "no_such_day"), ("05/11/0026", "strange_year"), ("05/11/2026 - 06/11/2026", "bad_day"),
    ("mai", "bad_day"), (12, "bad_day"), (True, "bad_day"), ("#REF!", "excel_error"), ("########", "excel_error"), ("2026", "bad_day"),
])
def test_what_is_no_day_is_never_guessed(cell, problem):
    with pytest.raises(BadCell) as raised:
        read_day(cell, EPOCH)
    assert raised.value.problem == problem


@pytest.mark.parametrize("cell", [None, "", " ", "-", "chưa có", "Không"])
def test_an_empty_day(cell):
    assert read_day(cell, EPOCH) is None


@given(st.dates(date(2005, 1, 1), date(2099, 12, 31)))
def test_a_serial_is_the_day_that_excel_shows(day):
    assert read_day((day - EPOCH).days, EPOCH) == read_day(f"{day:%d/%m/%Y}", EPOCH) == day


@pytest.mark.parametrize(("cell", "last4"), [
    (912345678, "5678"), (912345678.0, "5678"), ("0912 345 678", "5678"), ("+84.912.345.678", "5678"), (56, "0056"), ("0056", "0056"),
    ("079•••••6789", "6789"), ("******5678", "5678"), ("0912345678/0987654321", "5678"), ("0912345678 - 0987654321", "5678"),
    (79123456789, "6789"), ("C1234567", "4567"), ("không có", None), (None, None),
])
def test_last_four_digits(cell, last4):
    assert read_last4(cell) == last4


def test_what_stands_around_names_and_phones():
    assert read_name("Ông/bà: Nguyễn  Văn A") == "Nguyễn Văn A"
    assert read_name("Bà Đỗ Thị Mười") == "Đỗ Thị Mười"
    assert read_name("Anh Thư") == "Anh Thư"
    assert read_phone_in("12/3 ấp 4, xã Mẫu; 0912.345.678") == "5678"
    assert read_phone_in("12/3 ấp 4, xã Mẫu") is None


UNITS = ["000.00.14.H20", "H20.14", "H20.14.03", "G22.99.08"]


@given(st.sampled_from(UNITS), st.dates(date(2017, 1, 1), date(2028, 1, 1)), st.integers(1, 999_999))
def test_a_code_as_printed_is_read_as_everywhere_else(unit, day, number):
    code = f"{unit}-{day:%y%m%d}-{number:04}"
    assert _read_code(code, TODAY) == codes.normalize(code, TODAY)


def test_no_title_and_no_status_means_two_things():
    titles = [title for known in TITLES.values() for title in known]
    words = [word for known in WORDS.values() for word in known]
    assert len(titles) == len(set(titles))
    assert len(words) == len(set(words))


@pytest.mark.parametrize(("words", "status"), [
    *((str(number), status) for number, status in enumerate(NATIONAL, start=1)), ("4. Đang xử lý", "in_progress"),
    ("Phi địa giới", "other"),
    ("Đang xử lý (quá hạn 3 ngày)", "in_progress"), ("Trễ hạn", "by_days"), ("Đã hoàn thành", "by_return"), ("Tạm dừng", "other"),
    ("Chờ trả BCCI", "ready"),
    ("KHÔNG ĐƯỢC TIẾP NHẬN/THU HỒI", "refused"), ("Dự thảo xin lỗi chờ duyệt", "other"), ("11", "other"),
])
def test_local_words(words, status):
    assert read_status(words) == status


@pytest.mark.parametrize(("titles", "name", "made"), [
    ([["Ngày xuất: 17:15 20/11/2026"]], "a.xlsx", datetime(2026, 11, 20, 17, 15)),
    ([["Từ ngày 01/11/2026 đến ngày 19/11/2026"]], "a.xlsx", datetime(2026, 11, 19, 17)),
    ([["Từ ngày 01/11/2026 đến ngày 31/12/2026"]], "a_20261118.xlsx", datetime(2026, 11, 18, 17)),
    ([["Tính đến", "7h05 20/11/2026"]], "a.xlsx", datetime(2026, 11, 20, 7, 5)),
    ([["Danh sách hồ sơ"]], "ho so 20-11-2026.csv", datetime(2026, 11, 20, 17)),
    ([["Tính đến ngày 21/11/2026"]], "a.csv", datetime(2026, 11, 21, 6)),
    ([], "a.csv", datetime(2026, 11, 21, 6)),
])
def test_when_it_was_made(titles, name, made):
    assert made_at(titles, Path(name), NOW - timedelta(hours=2), NOW) == aware(made)


def test_a_limit_that_the_system_computes_is_not_the_slips_day():
    header = find_header([["Mã hồ sơ", "Trạng thái", "Hạn xử lý", "Ngày trả dự kiến"]])
    assert header.columns.keys() == {"code", "status"}
    assert header.unknown == ("Hạn xử lý", "Ngày trả dự kiến")


@pytest.mark.parametrize(("row", "sums"), [
    (["Tổng cộng: 1.250 hồ sơ"], {"total": 1250}), (["Cộng", None, 12], {"total": 12}),
    (["Đã giải quyết: 100, trước hạn: 30; đúng hạn: 69; trễ hạn: 1"], {"settled": 100, "early": 30, "on_time": 69, "late": 1}),
    (["Từ ngày 01/11/2026"], {}),
])
def test_figures_of_titles_and_last_rows(row, sums):
    assert sums_in(row) == sums
