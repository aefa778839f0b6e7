"""Eight made-up exports, each in another system's manners and with its faults. People, phones and codes are invented."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True)
class Made:
    """``answers``: by code what proves the owner, and words that the answer must hold. ``bad``: the cells to be named, with the problem.
    ``flags``: problems of the file. ``rows``: every row that is to be a dossier, bad ones too.
    """

    name: str
    write: Callable[[Path], None]
    rows: int
    answers: Mapping[str, tuple[str, Sequence[str]]]
    bad: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    facts: tuple[str, ...] = ("name", "phone")


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], merged: Mapping[str, Sequence[str]] | None = None) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        book = Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
            for area in (merged or {}).get(name, ()):
                sheet.merge_cells(area)
        book.save(path)

    return write


def text(rows: Sequence[Sequence[str]], separator: str, encoding: str, before: str = "") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=separator).writerows(rows)
        whole = before + stream.getvalue()
        path.write_bytes(as_1258(whole) if encoding == "cp1258" else whole.encode(encoding))

    return write


def as_1258(words: str) -> bytes:
    """As Vietnamese Windows writes it: the tone stands behind its letter."""
    parted = []
    for letter in words:
        spread = unicodedata.normalize("NFD", letter)
        tone = "".join(each for each in spread if each in TONES)
        parted.append(unicodedata.normalize("NFC", "".join(each for each in spread if each not in TONES)) + tone)
    return "".join(parted).encode("cp1258")


def with_wrong_dimension(write: Callable[[Path], None]) -> Callable[[Path], None]:
    """As some systems do: the sheet says that it is one cell."""
    def rewrite(path: Path) -> None:
        write(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                if name.startswith("xl/worksheets/sheet"):
                    content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', content)
                archive.writestr(name, content)

    return rewrite


MERGED_TITLES = Made(
    "tong-hop.xlsx",
    workbook({"Danh sách": [
        ["ỦY BAN NHÂN DÂN XÃ MẪU", None, None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["DANH SÁCH HỒ SƠ"],
        ["Ngày xuất: 17:15 20/11/2026"],
        [],
        ["STT", "Hồ sơ", None, "Ngày", None, None, "Người nộp", None, "Cán bộ xử lý", None, "Trạng thái"],
        [None, "Mã hồ sơ", "Tên thủ tục", "tiếp nhận", "hẹn trả", "trả kết quả", "Họ tên", "Điện thoại", "Họ tên", "Điện thoại", None],
        [f"({at})" for at in range(1, 12)],
        ["I. Lĩnh vực Hộ tịch"],
        [1, "0.00.14.H20-261103-0002", "Khai sinh", "03/11/2026 08:30", "24/11/2026", None, "Ông Nguyễn Văn Bình", 912345678,
         "Phan Cán Bộ", "0999888777", "Đang xử lý"],
        [2, "H20.14-261104-0003", "Khai tử", "04/11/2026", "31/02/2026", None, "Trần Thị Cúc", "0987 654 321", "Phan Cán Bộ", None,
         "Đang xử lý"],
        [3, "H20.14-261104-0004", "Khai tử", datetime(2026, 11, 4, 9), datetime(2026, 11, 10), datetime(2026, 11, 9), "Lê Văn Dậu",
         "0911222333", "Phan Cán Bộ", None, "Đã trả kết quả"],
        [4, None, "Khai tử", "04/11/2026", None, None, "Lê Văn Tý", "0911222334", None, None, "Đang xử lý"],
        ["Tổng cộng: 5 hồ sơ"],
        [None, "Người lập biểu", None, None, None, None, "Thủ trưởng đơn vị"],
    ]}, {"Danh sách": ["B5:C5", "D5:F5", "G5:H5", "I5:J5", "A5:A6", "K5:K6"]}),
    rows=4,
    answers={
        "000.00.14.H20-261103-0002": ("nguyen van binh", ["đang được xử lý", "24/11/2026", "5 giờ 15 chiều"]),
        "H20.14-261104-0004": ("2333", ["đã trả kết quả", "9/11/2026"]),
    },
    bad={"E10": "no_such_day", "B12": "no_code"}, flags=frozenset({"total_is_not_rows", "unknown_columns"}),
)

REGISTER = Made(
    "so-theo-doi_20261120.xlsx",
    workbook({
        name: [
            ["SỔ THEO DÕI HỒ SƠ"],
            ["TT", "Mã hồ sơ", "Tên TTHC", "Tên cá nhân, tổ chức", "Địa chỉ, số điện thoại", "Cơ quan chủ trì giải quyết",
             "Nhận và trả kết quả", None, None, "Ghi chú"],
            [None, None, None, None, None, None, "Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả"],
            *rows,
        ] for name, rows in {
            "Tháng 10": [
                [1, "000.00.14.H20-261005-0001", "1.001193", "Nguyễn Thị Lan", "Ấp 2, xã Mẫu, ĐT 0901 234 567", "UBND xã Mẫu", 46300, 46305,
                 46304, ""],
                [2, "000.00.14.H20-261006-0001", "1.001193", "Võ Văn Sáu", "Ấp 3, xã Mẫu", "UBND xã Mẫu", 46301, 46295, None, ""],
            ],
            "Tháng 11": [
                [1, "000.00.14.H20-261116-0001", "1.001193", "Bà Đỗ Thị Mười", "Ấp 4 - 0939.111.222", "Phòng Kinh tế", 46342,
                 46357, None, ""],
            ],
        }.items()
    }, {"Tháng 10": ["G2:I2"], "Tháng 11": ["G2:I2"]}),
    rows=3,
    answers={
        "000.00.14.H20-261005-0001": ("4567", ["đã trả kết quả", "9/10/2026"]),
        "000.00.14.H20-261116-0001": ("Đỗ Thị Mười", ["đã được nhận", "1/12/2026"]),
    },
    bad={"H5": "before_receipt"}, flags=frozenset({"unknown_columns"}),
)

WINDOWS_1258 = Made(
    "xuat.csv",
    text([
        ["Số liệu đến ngày 19/11/2026"],
        ["Trạng thái hồ sơ", "Số CCCD", "Ngày hẹn trả", "Ngày tiếp nhận", "Mã số hồ sơ", "Lý do từ chối", "Giấy tờ cần bổ sung"],
        ["Chờ bổ sung", "079123456789", "", "10-11-2026", "h20.14-261110-0011", "", "Giấy chứng sinh; Căn cước"],
        ["Chờ địa chính đo đất", "79123450001", "25.11.2026", "2026-11-11", "H20.14-261111-0012", "", ""],
        ["Không tiếp nhận", "C1234567", "", "12/11/2026", "H20.14-261112-0013", "Nộp sai nơi cư trú", ""],
        ["Đang xử lý", "7.91E+10", "", "12/11/2026", "H20.14-261112-0014", "", ""],
        ["Đang xử lý", "079123459999", "", "12/11/2026", "2026/15", "", ""],
    ], ";", "cp1258"),
    rows=5,
    answers={
        "H20.14-261110-0011": ("6789", ["bổ sung", "Giấy chứng sinh", "Căn cước"]),
        "H20.14-261111-0012": ("079123450001", ['sổ ghi: "Chờ địa chính đo đất"']),
        "H20.14-261112-0013": ("4567", ["không được tiếp nhận", "Nộp sai nơi cư trú"]),
    },
    bad={"B6": "rounded_number", "E7": "bad_code"}, facts=("id",),
)

MARKED_UTF8 = Made(
    "danhsach 2026-11-20 16h30.csv",
    text([
        ["Mã hồ sơ (*)", "Họ và tên người nộp", "SĐT", "Trạng thái xử lý", "Ngày hẹn lại", "Ngày hẹn trả (dd/mm/yyyy)", "Ngày nhận hồ sơ",
         "Nội dung yêu cầu bổ sung", "Đơn vị xử lý", "Lý do trễ"],
        ['="000.00.14.H20-261020-0021"', "Hồ Thị Năm", "'0912000021", "Quá hạn", "27/11/2026", "30/10/2026", "20/10/2026", "",
         "Phòng Kinh tế", "Chờ xác minh"],
        ["000.00.14.H20-261021-0022", "Hồ Thị Bảy", "84912000022", "Yêu cầu bổ sung giấy tờ", "", "", "21/10/2026",
         "- Sơ đồ thửa đất\n- Bản sao khai sinh", "", ""],
        ["000.00.14.H20-261022-0023", "Hồ Thị Tám", "123", "Đang giải quyết", "", "", "22/10/2026", "", "", ""],
    ], ",", "utf-8-sig"),
    rows=3,
    answers={
        "000.00.14.H20-261020-0021": ("0021", ["trễ hẹn", "Chờ xác minh", "27/11/2026", "30/10/2026"]),
        "000.00.14.H20-261021-0022": ("0912000022", ["Sơ đồ thửa đất", "Bản sao khai sinh"]),
    },
    bad={"C4": "short_number"},
)

WRONG_DIMENSION = Made(
    "export_20261120.xlsx",
    with_wrong_dimension(workbook({
        "Thống kê": [["Lĩnh vực", "Tiếp nhận", "Đã giải quyết"], ["Hộ tịch", 3, 2]],
        "Đang giải quyết": [
            ["Chủ hồ sơ", "Số điện thoại", "Mã HS", "Ngày nộp", "Hẹn trả", "Tình trạng", "Hạn xử lý"],
            ["Trương Văn Út", 342391, "H20.14.03-261117-0031", 46343.6, 46351, "4 - Đang xử lý", 46349],
            ["Trương Văn Ba", 56, "H20.14.03-261117-0032", "46343", "46351", 6, 46349],
        ],
        "Đã giải quyết": [
            ["Mã hồ sơ", "Trạng thái", "Chủ hồ sơ", "Số điện thoại", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày giải quyết xong", "Ngày trả"],
            ["H20.14.03-261102-0033", "Chờ trả kết quả", "Trương Thị Tư", "0377000033", date(2026, 11, 2), date(2026, 11, 9),
             date(2026, 11, 6), None],
            ["H20.14.03-261102-0034", "Đã giải quyết", "Trương Thị Năm", "0377000034", date(2026, 11, 2), "#REF!", date(2026, 11, 6), None],
        ],
    })),
    rows=4,
    answers={
        "H20.14.03-261117-0031": ("Truong Van Ut", ["đang được xử lý", "25/11/2026"]),
        "H20.14.03-261117-0032": ("0056", ["đóng phí"]),
        "H20.14.03-261102-0033": ("0033", ["đã có kết quả"]),
    },
    bad={"F3": "excel_error"}, flags=frozenset({"no_header_in_sheet", "unknown_columns"}),
)

TABBED_UTF16 = Made(
    "unicode.txt",
    text([
        ["Tính đến 11 giờ 20 ngày 20 tháng 11 năm 2026"],
        ["STT", "Mã biên nhận", "Công dân", "Điện thoại liên hệ", "Trạng thái", "Thời gian tiếp nhận",
         "Thời gian hẹn trả", "Ngày trả kết quả"],
        ["1", "G22.99.08-261109-896048", "Kim Thị Sà Rươl", "0977 000 041/0388 123 456", "Hoàn thành", "09/11/2026 07:45:10",
         "20/11/2026", "18/11/2026"],
        ["2", "G22.99.08-261109-896049", "Kim Sang", "******0042", "Hoàn thành", "09/11/2026", "20/11/2026", ""],
        ["3", "G22.99.08-261109-896050", "Kim Sung", "0977000043", "", "09/11/2026", "20/11/2026", ""],
    ], "\t", "utf-16"),
    rows=3,
    answers={
        "G22.99.08-261109-896048": ("0041", ["đã trả kết quả", "18/11/2026"]),
        "G22.99.08-261109-896049": ("0042", ['sổ ghi: "Hoàn thành"']),
    },
    bad={"E5": "no_status"},
)

PAUSED = Made(
    "tam-dung_20261120_0730.xlsx",
    workbook({"Sheet1": [
        ["Mã hồ sơ", "Trạng thái", "Người yêu cầu", "4 số cuối CCCD", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả",
         "Số ngày tạm dừng", "Ngày trả dự kiến"],
        ["H20.14-261102-0051", "Đã xử lý xong, chưa trả", "Lâm Văn Một", 51, "02/11/2026", "09/11/2026", "16/11/2026", "5 ngày",
         "09/11/2026"],
        ["H20.14-261102-0052", "Đang xử lý", "Lâm Văn Hai", "0052", "02/11/2026", "09/11/2026", None, 3, None],
        ["H20.14-261102-0053", "Dừng xử lý", "Lâm Văn Ba", "0053", "02/11/2026", None, None, "nhiều", None],
        ["H20.14-261102-0054", "Đang xử lý", "Lâm Văn Tư", "0054", "02/11/2026", None, None, None, "30/11/2026"],
    ]}),
    rows=4,
    answers={
        "H20.14-261102-0051": ("0051", ["đã có kết quả"]),
        "H20.14-261102-0052": ("Lâm Văn Hai", ["trễ hẹn 6 ngày làm việc"]),
        "H20.14-261102-0054": ("0054", ["chưa ghi ngày hẹn"]),
    },
    bad={"H4": "bad_days"}, flags=frozenset({"unknown_columns"}), facts=("id", "name"),
)

REPEATED = Made(
    "gop.csv",
    text([
        ["Tiếp nhận: 10", "Đã giải quyết: 6", "Đang giải quyết: 5"],
        ["Trước hạn: 1", "Đúng hạn: 4", "Trễ hạn: 0"],
        ["Ngày lập: 18/11/2026"],
        ["mahoso", "tinh trang", "ho ten", "dien thoai", "ngay nhan", "ngay hen", "ngay tra"],
        ["H20.14-261113-0061", "Đúng hạn", "Cao Văn A", "0900000061", "13/11/2026", "18/11/2026", "18/11/2026"],
        ["H20.14-261113-0061", "Đúng hạn", "Cao Văn A", "0900000061", "13/11/2026", "18/11/2026", "18/11/2026"],
        ["mahoso", "tinh trang", "ho ten", "dien thoai", "ngay nhan", "ngay hen", "ngay tra"],
        ["H20.14-261113-0062", "Đang giải quyết", "Cao Văn B", "0900000062", "13/11/2026", "25/11/2026", ""],
        ["H20.14-261113-0062", "Công dân yêu cầu rút hồ sơ", "Cao Văn B", "0900000062", "13/11/2026", "25/11/2026", ""],
        ["H20.14-261113-0063", "Đang giải quyết", "Cao Văn C", "0900000063", "11/13/2026", "", ""],
        ["H20.14-261113-0064", "Đang giải quyết", "Cao Văn D", "0900000064", "20/11/2026", "", ""],
    ], "|", "utf-8", before="sep=|\n"),
    rows=6,
    answers={
        "H20.14-261113-0061": ("cao van a", ["đã trả kết quả", "18/11/2026"]),
        "H20.14-261113-0062": ("0062", ["đang được xử lý"]),
    },
    bad={"A10": "code_again", "E11": "no_such_day", "E12": "still_to_come"},
    flags=frozenset({"total_is_not_rows", "parts_are_not_total", "timeliness_is_not_settled"}),
)

ALL = (MERGED_TITLES, REGISTER, WINDOWS_1258, MARKED_UTF8, WRONG_DIMENSION, TABBED_UTF16, PAUSED, REPEATED)
