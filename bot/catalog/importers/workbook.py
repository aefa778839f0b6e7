"""A province's list as XLSX: a row a procedure, the columns in any order, their titles as offices write them.

The row of titles is the first that holds a title for the code or the name and one more that we know; rows above it are skipped. A row
with one cell only that speaks of a field ("I. Lĩnh vực Hộ tịch") is the heading of the rows below. Columns that we do not know are named
in the summary, never guessed.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.catalog.importers.published import (
    FeeRow,
    FlagKind,
    Found,
    Paper,
    Published,
    TimeRow,
    Unreadable,
    code_in,
    line_of,
    lines_of,
)
from bot.catalog.model import Level, Online, TimeUnit
from bot.catalog.names import folded

TITLES: dict[str, tuple[str, ...]] = {
    "code": (
        "ma thu tuc", "ma tthc", "ma so", "ma so thu tuc", "ma so tthc", "ma thu tuc hanh chinh", "ma so thu tuc hanh chinh", "ma",
        "ma so ho so tthc", "ma ho so tthc", "ma dvc", "ma tthc quoc gia",
    ),
    "name": (
        "ten thu tuc", "ten tthc", "ten thu tuc hanh chinh", "thu tuc hanh chinh", "thu tuc", "tthc", "noi dung thu tuc",
        "ten dich vu cong",
    ),
    "field": ("linh vuc", "ten linh vuc", "nganh linh vuc", "linh vuc thu tuc", "thuoc linh vuc"),
    "level": ("cap thuc hien", "cap giai quyet", "cap", "cap hanh chinh", "cap tham quyen", "tham quyen giai quyet"),
    "agency": ("co quan thuc hien", "co quan giai quyet", "don vi thuc hien", "don vi giai quyet", "co quan", "co quan co tham quyen"),
    "decision": (
        "quyet dinh", "so quyet dinh", "quyet dinh cong bo", "so quyet dinh cong bo", "qd cong bo", "so qd", "qdcb", "van ban cong bo",
    ),
    "decided_on": ("ngay quyet dinh", "ngay ban hanh", "ngay cong bo", "ngay qd", "ngay ban hanh quyet dinh"),
    "time": (
        "thoi han giai quyet", "thoi gian giai quyet", "thoi han", "thoi gian", "thoi gian thuc hien",
        "thoi han giai quyet theo quy dinh",
    ),
    "fee": ("phi le phi", "phi", "le phi", "muc phi", "muc thu", "muc le phi", "phi le phi neu co", "le phi neu co", "phi neu co"),
    "papers": ("thanh phan ho so", "ho so", "giay to", "thanh phan ho so gom", "ho so gom"),
    "steps": ("trinh tu thuc hien", "trinh tu", "cac buoc"),
    "result": ("ket qua", "ket qua thuc hien", "ket qua giai quyet"),
    "conditions": ("yeu cau dieu kien", "dieu kien", "yeu cau dieu kien thuc hien"),
    "legal_basis": ("can cu phap ly", "co so phap ly"),
    "online": ("muc do", "muc do dich vu cong", "muc do dvc", "dich vu cong truc tuyen", "muc do dvctt", "dvctt", "loai dich vu cong"),
    "number": ("stt", "tt", "so tt", "so thu tu", "no"),
}
"""Titles of columns without accents, signs and case."""
KNOWN = {title: key for key, titles in TITLES.items() for title in titles}
TITLE_ROWS = 40
"""How far down the row of titles is looked for."""
LEVELS: tuple[tuple[str, Level], ...] = (
    ("cap bo", "ministry"), ("trung uong", "ministry"), ("cap tinh", "province"), ("tinh", "province"), ("so", "province"),
    ("cap huyen", "district"), ("huyen", "district"), ("cap xa", "commune"), ("xa", "commune"), ("phuong", "commune"),
)
ONLINE: dict[str, Online] = {"toan trinh": "whole", "mot phan": "part", "4": "whole", "3": "part", "muc do 4": "whole", "muc do 3": "part"}
UNITS: tuple[tuple[str, TimeUnit], ...] = (
    ("ngay lam viec", "working_day"), ("gio lam viec", "working_hour"), ("ngay", "calendar_day"), ("gio", "hour"), ("thang", "month"),
)

_MONEY = re.compile(r"(\d{1,3}(?:[.,]\d{3})+|\d+)\s*(?:đồng|đ|vnd|vnđ)?\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Columns:
    """Where each known column stands in a row; *unknown* are the titles of the others."""

    at: dict[str, int]
    unknown: tuple[str, ...]

    def cell(self, row: Sequence[Any], key: str) -> Any:
        index = self.at.get(key)
        return row[index] if index is not None and index < len(row) else None


def read_workbook(path: Path, month: str | None) -> Iterator[Found]:
    """Every procedure of every sheet; *month* is that of the list. Rows that cannot be read are told with sheet and row."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        yield Unreadable(path.name, f"is no workbook that can be read ({error}): open it and save it again as .xlsx")
        return
    try:
        found = False
        for sheet in book.worksheets:
            place = f"{path.name}:{sheet.title}"
            for each in _read_sheet(place, sheet.iter_rows(values_only=True), month):
                found = True
                yield each
        if not found:
            yield Unreadable(
                path.name, "no row of titles was found: title the column of codes ma TTHC, and that of names ten TTHC",
            )
    finally:
        book.close()


def _read_sheet(place: str, rows: Iterator[Sequence[Any]], month: str | None) -> Iterator[Found]:
    columns: _Columns | None = None
    field = ""
    remarks: tuple[tuple[FlagKind, str], ...] = ()
    for number, row in enumerate(rows, start=1):
        if columns is None:
            columns = _columns(row)
            if columns is None and number >= TITLE_ROWS:
                return
            if columns and "code" not in columns.at:
                yield Unreadable(f"{place}:{number}", "has no column for the code: title it ma TTHC")
                return
            if columns:
                # Said once, with the first row below.
                remarks = tuple(("shape", f"the column {each} is not known and was left out") for each in columns.unknown)
            continue
        filled = [line_of(str(cell)) for cell in row if cell is not None and line_of(str(cell))]
        if not filled:
            continue
        if len(filled) == 1 and "linh vuc" in folded(filled[0]):
            field = _field_heading(filled[0])
            continue
        read = _read_row(f"{place}:{number}", row, columns, field, month, remarks)
        if read:
            yield read
            remarks = ()


def _columns(row: Sequence[Any]) -> _Columns | None:
    at: dict[str, int] = {}
    unknown = []
    for index, cell in enumerate(row):
        title = folded(str(cell)) if cell is not None else ""
        key = KNOWN.get(title) or KNOWN.get(re.sub(r" \d+$", "", title))
        if key and key not in at:
            at[key] = index
        elif title:
            unknown.append(line_of(str(cell)))
    known = at.keys() - {"number"}
    return _Columns(at, tuple(unknown)) if known & {"code", "name"} and len(known) > 1 else None


def _field_heading(text: str) -> str:
    """The field named in a heading such as "I. Lĩnh vực Hộ tịch (12 thủ tục)"."""
    words = text.split()
    pairs = [folded(" ".join(words[index : index + 2])) for index in range(len(words) - 1)]
    start = pairs.index("linh vuc") + 2 if "linh vuc" in pairs else 0
    return re.sub(r"\s*\([^)]*\)\s*$", "", " ".join(words[start:])).strip(" :.-")


def _read_row(
    place: str, row: Sequence[Any], columns: _Columns, field: str, month: str | None, remarks: tuple[tuple[FlagKind, str], ...]
) -> Found | None:
    code_text, name = _text(columns.cell(row, "code")), _text(columns.cell(row, "name"))
    if not code_text and not name:
        return None
    code = code_in(code_text)
    if code is None:
        if not code_text and folded(name).startswith(("tong", "cong")):
            return None
        return Unreadable(place, f'"{code_text or name}": no national code such as 1.001193 in this row; write it in the code column')
    if not name:
        return Unreadable(place, f"{code} has no name: fill it in, or take the row out")
    fee = columns.cell(row, "fee")
    time = _text(columns.cell(row, "time"))
    detailed = bool(columns.at.keys() & {"papers", "time", "fee"})
    return Published(
        place=place, code=code, name=name, field=_text(columns.cell(row, "field")) or field, record_from="province_portal", month=month,
        levels=_levels(_text(columns.cell(row, "level"))), agency=_text(columns.cell(row, "agency")),
        papers=tuple(Paper(line) for line in lines_of(columns.cell(row, "papers"))),
        fees=(_fee(fee),) if _text(fee) else (), times=(_time(time),) if time else (),
        online=ONLINE.get(folded(_text(columns.cell(row, "online")))),
        steps=lines_of(columns.cell(row, "steps")), result=lines_of(columns.cell(row, "result")),
        conditions=lines_of(columns.cell(row, "conditions")), legal_basis=lines_of(columns.cell(row, "legal_basis")),
        decision=_text(columns.cell(row, "decision")) or None, decided_on=_day(columns.cell(row, "decided_on")), detailed=detailed,
        remarks=remarks,
    )


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else line_of(str(cell))


def _levels(text: str) -> tuple[Level, ...]:
    words = f" {folded(text)} "
    return tuple(dict.fromkeys(level for word, level in LEVELS if f" {word} " in words))


def _fee(cell: Any) -> FeeRow:
    text = _text(cell)
    if text.isdigit():
        return FeeRow(None, int(text))
    amounts = _MONEY.findall(text)
    if len(amounts) == 1 and _MONEY.fullmatch(text):
        return FeeRow(None, int(re.sub(r"\D", "", amounts[0])))
    return FeeRow(None, 0 if folded(text).startswith("mien phi") else None, text)


def _time(text: str) -> TimeRow:
    plain = folded(text)
    for words, unit in UNITS:
        found = re.fullmatch(rf"(?:khong qua )?0*(\d+) {words}", plain)
        if found:
            return TimeRow(None, float(found[1]), unit)
    return TimeRow(None, None, None, text)


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", _text(cell))
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None
