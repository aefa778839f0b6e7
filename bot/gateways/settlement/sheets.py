"""An export as sheets of rows, whatever the file is: a workbook, or text parted by commas, semicolons or tabs.

Rows are streamed: a file of any length needs the memory of one row, besides a workbook's table of shared words.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.errors import MotCuaError
from bot.gateways.settlement.titles import TITLE_ROWS, Header, find_header

Cell = str | int | float | bool | date | time | timedelta | None
Row = Sequence[Cell]
FindHeader = Callable[[Sequence[Row]], Header | None]

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""An .xls of before 2007, and a workbook behind a password, begin alike."""
_ZIP = b"PK\x03\x04"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ENCODINGS = ("utf-8", "cp1258")
"""Without a mark at the beginning: UTF-8 if all of it is, else the code page of Vietnamese Windows."""
_SEPARATORS = ";,\t|"
_CHUNK = 1 << 16
_SNIFFED = 1 << 18


class UnreadableExport(MotCuaError):
    """The file as a whole cannot be taken over; ``problem`` is its kind, ``fields`` what its sentence names."""

    def __init__(self, problem: str, **fields: str) -> None:
        super().__init__(problem)
        self.problem, self.fields = problem, fields


@dataclass(frozen=True)
class Sheet:
    """``name`` is None in a file that has only one; rows are numbered from 1 as a spreadsheet shows them. ``expected`` is how many
    rows the file says it has, where it says so.
    """

    name: str | None
    rows: Iterator[tuple[int, Row]]
    expected: int | None


@dataclass(frozen=True)
class Export:
    """``separator`` is None for a workbook. Serial days count from ``epoch``."""

    path: Path
    saved_at: datetime
    sheets: Iterator[Sheet]
    separator: str | None
    epoch: date


@contextmanager
def open_export(path: Path, saved_at: datetime, find: FindHeader = find_header) -> Iterator[Export]:
    """The export in *path*, by what is in it, not by what its name ends in. *find* knows the titles: by them is told what parts the
    columns of a text. Raises UnreadableExport.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise UnreadableExport("no_file", file=str(path), why=error.strerror or str(error)) from None
    if not start:
        raise UnreadableExport("empty_file", file=path.name)
    if start == _OLD_OFFICE:
        raise UnreadableExport("old_workbook", file=path.name)
    if start == _ZIP:
        with _workbook(path, saved_at) as export:
            yield export
        return
    with _text(path, saved_at, find) as export:
        yield export


@contextmanager
def _workbook(path: Path, saved_at: datetime) -> Iterator[Export]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError, EOFError) as error:
        raise UnreadableExport("broken_workbook", file=path.name, why=_one_line(error)) from None
    try:
        yield Export(path, saved_at, _sheets(book, path), None, book.epoch.date())
    finally:
        book.close()


def _sheets(book: Any, path: Path) -> Iterator[Sheet]:
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        expected = sheet.max_row
        sheet.reset_dimensions()  # settlement systems write wrong ones, and rows beyond them would be lost
        yield Sheet(sheet.title, _rows_of(sheet, path), expected)


def _rows_of(sheet: Any, path: Path) -> Iterator[tuple[int, Row]]:
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [_composed(cell) if isinstance(cell, str) else cell for cell in row]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError, EOFError) as error:
        raise UnreadableExport("broken_workbook", file=path.name, why=_one_line(error)) from None


@contextmanager
def _text(path: Path, saved_at: datetime, find: FindHeader) -> Iterator[Export]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        beginning = stream.read(_SNIFFED)
    if "\0" in beginning or re.match(r"\s*<(?:!doctype|html|table|\?xml)", beginning, re.IGNORECASE):
        raise UnreadableExport("no_table", file=path.name)
    told = re.match(r"sep=(.)\r?\n", beginning)
    separator = told[1] if told else _separator(beginning, find)
    with path.open(encoding=encoding, newline="") as stream:
        rows = _lines(csv.reader(stream, delimiter=separator), path)
        yield Export(path, saved_at, iter([Sheet(None, rows, None)]), separator, date(1899, 12, 30))


def _encoding(path: Path) -> str:
    """Read through once: a file is not UTF-8 because its beginning is."""
    with path.open("rb") as stream:
        start = stream.read(4)
    marked = next((encoding for mark, encoding in _BOMS if start.startswith(mark)), None)
    for encoding in (marked,) if marked else _ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as stream:
                while stream.read(_CHUNK):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise UnreadableExport("no_encoding", file=path.name)


def _separator(beginning: str, find: FindHeader) -> str:
    """The one with which most titles are known; of equals the one that parts more."""
    def known(separator: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(beginning, newline=""), delimiter=separator)
        rows = []
        try:
            for row in lines:
                rows.append([_composed(cell) for cell in row])
                if len(rows) >= TITLE_ROWS:
                    break
        except csv.Error:
            pass
        header = find(rows)
        return (len(header.columns) if header else 0, sum(map(len, rows)))

    return max(_SEPARATORS, key=known)


def _lines(lines: Iterator[list[str]], path: Path) -> Iterator[tuple[int, Row]]:
    number = 0
    try:
        for number, row in enumerate(lines, start=1):
            yield number, [_unquoted(_composed(cell)) for cell in row]
    except csv.Error:
        raise UnreadableExport("open_quote", file=path.name, row=str(number + 1)) from None


def _unquoted(cell: str) -> str:
    """``="0123"`` and ``'0123`` are how exports keep a number's zeros from Excel."""
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if cell.startswith("'") else cell


def _composed(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _one_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
