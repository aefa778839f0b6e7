"""Workbooks for people who know spreadsheets only: titled tables with drop-downs written, and read back with the place of every cell.

What is read is forgiving of form (hours as "7h30", dates as text or as a spreadsheet's numbers, columns in any order) and of nothing else.
"""

import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.catalog.names import folded
from bot.errors import MotCuaError

TITLE_ROWS = 12
"""How far down the row of titles is looked for."""
ROWS_WITH_LISTS = 500
"""So many rows get the drop-downs."""
LONGEST_QUOTE = 60
MOST_DIGITS = 15
"""A spreadsheet keeps no more of a number."""
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 73_050
"""1/1/1990 and 31/12/2099 as a spreadsheet counts days."""
_TIME = re.compile(r"(\d{1,2})\s*(?:h|g|giờ|gio|:|\.)\s*(?:(\d{2})(?::00)?)?\s*(?:p|phút|phut)?")
_DAY = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})")
_HEAD, _EXAMPLE, _LOCKED = (PatternFill("solid", fgColor=colour) for colour in ("FFD9E8F5", "FFF2F2F2", "FFF7F7F7"))


class WorkbookUnreadable(MotCuaError):
    """The file is no workbook that can be read; the text is the library's reason."""


class Unreadable(ValueError):
    """What stands in a cell is not of the kind that its column asks for."""


# -- reading --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One row of a table; ``number`` counts from 1 as the spreadsheet shows it."""

    sheet: str
    number: int
    values: Mapping[str, Any]
    columns: Mapping[str, int]

    def place(self, key: str) -> str:
        """Such as ``C7``."""
        return f"{get_column_letter(self.columns[key] + 1)}{self.number}"

    def text(self, key: str) -> str:
        return as_text(self.values.get(key))

    def day(self, key: str) -> date | None:
        return as_day(self.values.get(key))

    def time(self, key: str) -> time | None:
        return as_time(self.values.get(key))

    def is_blank(self, *keys: str) -> bool:
        return not any(self.text(key) for key in keys or self.values)


@dataclass
class Book:
    """The sheets of a workbook by their folded titles."""

    sheets: dict[str, tuple[str, list[Sequence[Any]]]] = field(default_factory=dict)

    def has(self, title: str) -> bool:
        return folded(title) in self.sheets

    def table(self, title: str, columns: Mapping[str, str]) -> tuple[list[Row], list[str]]:
        """Rows with something in them below the row of titles, and the keys of the columns that are missing (all, where no titles stand).

        *columns*: title by key; titles are compared without accents, case and signs.
        """
        name, lines = self.sheets[folded(title)]
        known = {folded(shown): key for key, shown in columns.items()}
        for number, line in enumerate(lines[:TITLE_ROWS], start=1):
            at: dict[str, int] = {}
            for index, cell in enumerate(line):
                key = known.get(folded(as_text(cell)))
                if key is not None:
                    at.setdefault(key, index)
            if len(at) > len(columns) / 2:
                return list(_rows(name, lines, number, at)), [key for key in columns if key not in at]
        return [], list(columns)


def _rows(name: str, lines: list[Sequence[Any]], titles: int, at: Mapping[str, int]) -> Iterator[Row]:
    for number, line in enumerate(lines[titles:], start=titles + 1):
        values = {key: line[index] if index < len(line) else None for key, index in at.items()}
        row = Row(name, number, values, at)
        if not row.is_blank():
            yield row


def read_book(path: Path) -> Book:
    """Every sheet of *path*, formulas as their last results. Raises WorkbookUnreadable."""
    try:
        book = load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise WorkbookUnreadable(str(error)) from None
    read = Book()
    for sheet in book.worksheets:
        read.sheets[folded(sheet.title)] = (sheet.title, [tuple(row) for row in sheet.iter_rows(values_only=True)])
    book.close()
    return read


def quoted(text: str) -> str:
    """So much of a cell's text that it is known again."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE - 1]}…"


def as_text(value: Any) -> str:
    """One line; a whole number without the ".0" that spreadsheets give it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = f"{value:%d/%m/%Y}"
    return "" if value is None else " ".join(str(value).split())


def as_day(value: Any) -> date | None:
    """A date, whether as such, as a spreadsheet's number or as text, the day first; None where the cell is empty. Raises Unreadable."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _FIRST_SERIAL <= value <= _LAST_SERIAL:
        found = from_excel(int(value))
        return found.date() if isinstance(found, datetime) else None
    text = as_text(value)
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
    except ValueError:
        raise Unreadable(text) from None


def as_time(value: Any) -> time | None:
    """An hour of the day, as such, as a part of a day or as text ("7h30"); None where the cell is empty. Raises Unreadable."""
    if isinstance(value, datetime):
        return value.time().replace(second=0)
    if isinstance(value, time):
        return value.replace(second=0)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 0 < value < 1:
            minutes = round(value * 24 * 60)
            return time(minutes // 60 % 24, minutes % 60)
        if float(value).is_integer() and 0 <= value < 24:
            return time(int(value))
        raise Unreadable(as_text(value))
    text = as_text(value).casefold()
    if not text:
        return None
    match = _TIME.fullmatch(text)
    try:
        return time(int(match[1]), int(match[2] or 0)) if match else time(int(text))
    except ValueError:
        raise Unreadable(text) from None


def as_number(value: Any) -> int | None:
    """A whole number, the thousands parted or not ("8.000"); None where the cell is empty. Raises Unreadable."""
    text = as_text(value)
    if not text:
        return None
    if re.fullmatch(r"\d{1,3}(?:[., ]\d{3})+", text):
        text = re.sub(r"\D", "", text)
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise Unreadable(text)
    return int(text)


# -- writing --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of a table. ``choices``: the name of a list of the workbook, or a range; with ``strict`` nothing else may be typed."""

    key: str
    title: str
    width: int = 16
    choices: str | None = None
    strict: bool = True
    kind: str = "text"
    """``text``, ``day``, ``time``, ``number``: how a spreadsheet is to show what is typed."""


@dataclass(frozen=True)
class Sheet:
    """A table under a line of help. ``examples`` are rows shown grey; ``given`` columns are filled by us and shaded."""

    title: str
    help: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]] = ()
    examples: Sequence[Mapping[str, Any]] = ()
    given: frozenset[str] = frozenset()


_FORMATS = {"text": "@", "day": "dd/mm/yyyy", "time": "hh:mm", "number": "#,##0"}


def write_book(
    path: Path, guide: tuple[str, Sequence[str]], sheets: Sequence[Sheet], lists: tuple[str, Mapping[str, Sequence[str]]]
) -> None:
    """A workbook with a sheet of guidance first and the drop-downs' lists last; whole or not at all. Raises OSError."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet), "a new workbook has a sheet"
    first.title = guide[0]
    first.column_dimensions["A"].width = 110
    for number, line in enumerate(guide[1], start=1):
        cell = first.cell(number, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    ranges = {name: _range(lists[0], index, values) for index, (name, values) in enumerate(lists[1].items())}
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.title), sheet, ranges)
    last = book.create_sheet(lists[0])
    for index, (name, values) in enumerate(lists[1].items(), start=1):
        last.column_dimensions[get_column_letter(index)].width = 34
        for number, value in enumerate((name, *values), start=1):
            last.cell(number, index, value).font = Font(bold=number == 1)
    _save(book, path)


def _range(sheet: str, index: int, values: Sequence[str]) -> str:
    letter = get_column_letter(index + 1)
    return f"'{sheet}'!${letter}$2:${letter}${len(values) + 1}"


def _write_sheet(page: Worksheet, sheet: Sheet, ranges: Mapping[str, str]) -> None:
    help_cell = page.cell(1, 1, sheet.help)
    help_cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(sheet.columns))
    page.row_dimensions[1].height = 64
    for index, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(index)
        page.column_dimensions[letter].width = column.width
        head = page.cell(2, index, column.title)
        head.font, head.fill, head.alignment = Font(bold=True), _HEAD, Alignment(wrap_text=True, vertical="top")
        if column.choices is not None:
            offered = DataValidation(type="list", formula1=ranges.get(column.choices, column.choices), allow_blank=True)
            offered.showErrorMessage = column.strict
            offered.add(f"{letter}3:{letter}{ROWS_WITH_LISTS}")
            page.add_data_validation(offered)
    rows = [(row, True) for row in sheet.examples] + [(row, False) for row in sheet.rows]
    for number, (row, is_example) in enumerate(rows, start=3):
        for index, column in enumerate(sheet.columns, start=1):
            cell = page.cell(number, index, row.get(column.key))
            cell.number_format = _FORMATS[column.kind]
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if is_example:
                cell.fill, cell.font = _EXAMPLE, Font(italic=True, color="FF808080")
            elif column.key in sheet.given:
                cell.fill = _LOCKED
    for number in range(len(rows) + 3, len(rows) + 33):
        for index, column in enumerate(sheet.columns, start=1):
            page.cell(number, index).number_format = _FORMATS[column.kind]
    page.freeze_panes = "A3"


def _save(book: Workbook, path: Path) -> None:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(number)
    try:
        book.save(name)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
