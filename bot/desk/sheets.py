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
from textwrap import wrap
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
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
_FIRST_YEAR = 1900
"""Where a spreadsheet's days begin."""
_TIME = re.compile(r"(\d{1,2})\s*(?:h|g|giờ|gio|:|\.)\s*(?:(\d{2})(?::00)?)?\s*(?:p|phút|phut)?")
_PART_OF_DAY = re.compile(r"\s*\b(?:(sáng|sang|am)|chiều|chieu|pm)$")
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
        # A bare 7 in a cell that shows hours is the seventh of January 1900; "7.30", "7-11" and whole dates are no hours either.
        if value.year > _FIRST_YEAR or value.month > 1 or value.time() != time():
            raise Unreadable(as_text(value))
        value = value.day
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
    half = _PART_OF_DAY.search(text)
    plain = text[:half.start()] if half else text
    match = _TIME.fullmatch(plain)
    try:
        found = time(int(match[1]), int(match[2] or 0)) if match else time(int(plain))
    except ValueError:
        raise Unreadable(text) from None
    return found.replace(hour=found.hour + 12) if half and not half[1] and found.hour < 12 else found


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
    """One column of a table. ``choices``: the name of a list of the workbook, or a range; with ``strict`` nothing else may be typed.

    Hours are shown as text: what is typed then stays as it was typed.
    """

    key: str
    title: str
    width: int = 16
    choices: str | None = None
    strict: bool = True
    kind: str = "text"
    """``text``, ``day``, ``time``, ``number``: how a spreadsheet is to show what is typed."""


@dataclass(frozen=True)
class Sheet:
    """A table under a line of help. ``examples`` are rows shown grey; ``given`` columns are filled by us and shaded.

    ``offered``: lists for single cells of one column, as (column, the number of the row from 0, list). ``kept``: so many columns stay in
    view and stand on every page; ``across``: pages beside each other on paper.
    """

    title: str
    help: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]] = ()
    examples: Sequence[Mapping[str, Any]] = ()
    given: frozenset[str] = frozenset()
    offered: Sequence[tuple[str, int, str]] = ()
    kept: int = 0
    across: int = 1


_FORMATS = {"text": "@", "day": "dd/mm/yyyy", "time": "@", "number": "#,##0"}
FONT = "Calibri"
"""Named where anything of a font is: one without a name is shown in another than the other cells."""
LINE_HEIGHT = 15
"""In points. Heights are written out: not every spreadsheet makes a row as high as its text."""
_CHARACTERS = 0.95
"""So many fit a unit of a column's width."""


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
        first.row_dimensions[number].height = row_height([(line, 110 if number > 1 else 80)]) + (5 if number == 1 else 0)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(FONT, bold=number == 1, size=14 if number == 1 else 11)
    ranges = {name: _range(lists[0], index, values) for index, (name, values) in enumerate(lists[1].items())}
    _fit_to_paper(first)
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.title), sheet, ranges)
    last = book.create_sheet(lists[0])
    _fit_to_paper(last)
    for index, (name, values) in enumerate(lists[1].items(), start=1):
        last.column_dimensions[get_column_letter(index)].width = 34
        for number, value in enumerate((name, *values), start=1):
            last.cell(number, index, value).font = Font(FONT, size=11, bold=number == 1)
    _save(book, path)


def _range(sheet: str, index: int, values: Sequence[str]) -> str:
    letter = get_column_letter(index + 1)
    return f"'{sheet}'!${letter}$2:${letter}${len(values) + 1}"


def _write_sheet(page: Worksheet, sheet: Sheet, ranges: Mapping[str, str]) -> None:
    help_cell = page.cell(1, 1, sheet.help)
    help_cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(sheet.columns))
    page.row_dimensions[1].height = row_height([(sheet.help, sum(column.width for column in sheet.columns))]) + LINE_HEIGHT / 2
    page.row_dimensions[2].height = row_height([(column.title, column.width - 1) for column in sheet.columns])
    for index, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(index)
        page.column_dimensions[letter].width = column.width
        head = page.cell(2, index, column.title)
        head.font, head.fill, head.alignment = Font(FONT, size=11, bold=True), _HEAD, Alignment(wrap_text=True, vertical="top")
        if column.choices is not None:
            _offer(page, f"{letter}3:{letter}{ROWS_WITH_LISTS}", ranges.get(column.choices, column.choices), column.strict)
    letters = {column.key: get_column_letter(index) for index, column in enumerate(sheet.columns, start=1)}
    for key, row_number, name in sheet.offered:
        _offer(page, f"{letters[key]}{row_number + 3}", ranges[name], strict=False)
    rows = [(row, True) for row in sheet.examples] + [(row, False) for row in sheet.rows]
    for number, (row, is_example) in enumerate(rows, start=3):
        page.row_dimensions[number].height = row_height([(row.get(column.key), column.width) for column in sheet.columns])
        for index, column in enumerate(sheet.columns, start=1):
            cell = page.cell(number, index, _shown(row.get(column.key)))
            cell.number_format = _FORMATS[column.kind]
            cell.alignment = Alignment("left" if column.kind == "day" else None, wrap_text=True, vertical="top")
            if is_example:
                cell.fill, cell.font = _EXAMPLE, Font(FONT, size=11, italic=True, color="FF808080")
            elif column.key in sheet.given:
                cell.fill = _LOCKED
    for number in range(len(rows) + 3, len(rows) + 33):
        for index, column in enumerate(sheet.columns, start=1):
            page.cell(number, index).number_format = _FORMATS[column.kind]
    page.freeze_panes = f"{get_column_letter(sheet.kept + 1)}3"
    page.print_title_rows = "2:2"
    if sheet.kept:
        page.print_title_cols = f"A:{get_column_letter(sheet.kept)}"
    _fit_to_paper(page, sheet.across)


def row_height(cells: Sequence[tuple[Any, float]]) -> float:
    """Points for a row of *cells*, each with the width of its column, so that every text shows whole."""
    return LINE_HEIGHT * max((_lines(as_written, width) for as_written, width in cells), default=1)


def _lines(value: Any, width: float) -> int:
    fit = max(1, int(width * _CHARACTERS))
    return sum(len(wrap(part, fit)) or 1 for part in str("" if value is None else value).split("\n"))


def _offer(page: Worksheet, cells: str, of: str, strict: bool) -> None:
    offered = DataValidation(type="list", formula1=of, allow_blank=True)
    offered.showErrorMessage = strict
    offered.add(cells)
    page.add_data_validation(offered)


def _shown(value: Any) -> Any:
    """An hour as people write it."""
    return f"{value.hour}h{value.minute:02}" if isinstance(value, time) else value


def _fit_to_paper(page: Worksheet, across: int = 1) -> None:
    """A4 across, all columns on one page, or on so many beside each other."""
    page.print_options.gridLines = True
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = across, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


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
