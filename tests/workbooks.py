"""Made-up workbooks of an office, filled in as the head of a centre would: into the template that the program itself writes."""

from datetime import date, time
from pathlib import Path

from openpyxl import load_workbook

from bot.calendar.reader import load_national_calendar
from bot.desk.office_workbook import write_template
from bot.texts.reader import load_texts

TODAY = date(2026, 11, 20)
FIELDS = ("Hộ tịch", "Chứng thực", "Đất đai")
TEXTS = load_texts()
CALENDAR = load_national_calendar()

CENTRE, POST = "Trung tâm Phục vụ hành chính công xã Hòa Bình", "Bưu điện xã Hòa Bình"
GOOD = {
    "Chung": {
        "B3": "Trợ lý Hòa Bình", "B4": "không xưng", "B5": "ông/bà", "B6": 1022, "B7": "không",
        "B8": "có", "B9": "Không", "B10": "x", "B11": "không",
    },
    "Nơi tiếp nhận": {
        "B4": CENTRE, "C4": "Trung tâm", "D4": "Số 5 đường Hùng Vương", "E4": "cạnh chợ", "F4": 2773861234.0,
        "B5": POST, "C5": "bưu điện", "D5": "Số 9 đường Hùng Vương", "F5": "0277.3861.235",
    },
    "Giờ làm việc": {
        "B4": CENTRE, "C4": "Thứ 2 - Thứ 6", "D4": "7h30", "E4": time(11, 30), "F4": "1h30", "G4": "17 giờ",
        "B5": CENTRE, "C5": "thứ bảy", "D5": 7 / 24, "E5": "11:00",
        "B6": POST, "C6": "T2 đến CN", "D6": "7:00", "G6": "18h00",
    },
    "Ngày giờ khác": {
        "B4": "Tất cả", "C4": "18/12/2026", "I4": "Họp tổng kết",
        "B5": CENTRE, "C5": date(2027, 2, 10), "D5": 46430, "E5": "7h30", "F5": "10h30", "I5": "Trực Tết",
    },
    "Quầy": {
        "B4": CENTRE, "C4": "Quầy 1", "D4": "Hộ tịch; chung thuc", "E4": 15, "F4": 2,
        "C5": "Quầy 2", "D5": "Đất đai", "E5": "30", "B5": CENTRE,
    },
    "Tên cũ": {"B4": "thị trấn Hòa Bình cũ", "C4": "xã Hòa Bình", "D4": CENTRE, "B5": "xã Tân Lợi", "C5": "xã Tân Mỹ", "D5": "Nơi khác"},
    "Ngày chưa rõ": {"D3": "có"},
}
"""By sheet: what stands in a cell, in the many ways that people write hours, days and phones."""


def template(path: Path, fields=FIELDS, today=TODAY) -> Path:
    write_template(path, fields, CALENDAR, today, TEXTS)
    return path


def fill(path: Path, *tables) -> Path:
    """Puts each of *tables* (cells by sheet) into the workbook at *path*; None empties a cell."""
    book = load_workbook(path)
    for table in tables:
        for sheet, cells in table.items():
            for place, value in cells.items():
                book[sheet][place] = value
    book.save(path)
    return path


def good_workbook(path: Path, *changes, fields=FIELDS, today=TODAY) -> Path:
    return fill(template(path, fields, today), GOOD, *changes)
