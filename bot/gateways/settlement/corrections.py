"""The rows that could not be taken over, as a file to fix and import again: the same columns, and one more that says what to do.

A workbook, also of a text export: a spreadsheet opens a text file in one column where its separator is another, and spoils phones.
"""

import csv
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from textwrap import wrap
from typing import Any, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from bot.gateways.settlement.rows import Fault
from bot.gateways.settlement.sheets import Row, UnreadableExport
from bot.gateways.settlement.titles import Header, text_of

TITLE = "Lỗi"
SHEET = "Dòng lỗi"
"""What the sheet is called where the export had none."""
_SUFFIX = "_loi"
_WRONG = PatternFill("solid", fgColor="FFF2CC")
_WIDTH, _WIDTH_OF_FAULTS = 18, 72
_LINE_HEIGHT = 15
"""In points. Heights are written out: not every spreadsheet makes a row as high as its text."""


class Corrections:
    """Made at the first bad row, put in its place whole by ``finish``: beside *source*, under a name that is free.

    ``made_line`` is the line that tells when the export was made, read again with the file; ``words`` say a fault. Text with *separator*
    only where *to* names a text file.
    """

    def __init__(self, source: Path, separator: str | None, words: Callable[[Fault, str | None], str], to: Path | None = None) -> None:
        as_text = to is not None and to.suffix.lower() not in (".xlsx", ".xlsm")
        self._source, self._words, self._to = source, words, to
        self._separator = (separator or ",") if as_text else None
        self._draft: Path | None = None
        self._book: Workbook | None = None
        self._stream: TextIO | None = None
        self._sheet: Any = None
        self._rows = 0
        self._of: object = None

    def add(self, sheet: str | None, header: Header, made_line: str, row: Row, faults: Sequence[Fault]) -> None:
        if self._draft is None:
            self._open()
        width = max(len(header.names), len(row))
        names = [*header.names, *[""] * (width - len(header.names))]
        kept = [at for at, name in enumerate(names) if at != header.columns.get("fault")]
        cells = [row[at] if at < len(row) else None for at in kept]
        said = "\n".join(self._words(fault, sheet) for fault in faults)
        wrong = {re.sub(r"\d", "", fault.cell) for fault in faults}
        if self._of is not header:
            self._of = header
            self._begin(sheet, made_line, [*(names[at] for at in kept), TITLE])
        if self._book is not None:
            marked = {place for place, at in enumerate(kept) if _letters(at) in wrong}
            self._append([*(self._cell(cell, at in marked) for at, cell in enumerate(cells)), self._cell(said, False)])
        else:
            csv.writer(self._text, delimiter=self._separator or ",").writerow([*map(_as_text, cells), said.replace("\n", " ")])

    def finish(self) -> Path | None:
        """Where the file is; None where there was no bad row."""
        if self._draft is None:
            return None
        try:
            if self._book is not None:
                self._book.save(self._draft)
            else:
                self._text.close()
            place = self._place()
        except OSError as error:
            raise UnreadableExport("no_corrections", folder=str(self._folder), why=error.strerror or str(error)) from None
        self._draft = None
        return place

    def drop(self) -> None:
        """Leaves nothing behind."""
        if self._stream is not None:
            self._stream.close()
        if self._draft is not None:
            self._draft.unlink(missing_ok=True)

    @property
    def _folder(self) -> Path:
        return (self._to or self._source).parent

    @property
    def _text(self) -> TextIO:
        assert self._stream is not None
        return self._stream

    def _open(self) -> None:
        try:
            number, name = tempfile.mkstemp(prefix=".", suffix=".draft", dir=self._folder)
        except OSError as error:
            raise UnreadableExport("no_corrections", folder=str(self._folder), why=error.strerror or str(error)) from None
        self._draft = Path(name)
        if self._separator is None:
            os.close(number)
            self._book = Workbook(write_only=True)
        else:
            self._stream = os.fdopen(number, "w", encoding="utf-8-sig", newline="")

    def _begin(self, sheet: str | None, made_line: str, names: Sequence[str]) -> None:
        if self._book is None:
            rows = csv.writer(self._text, delimiter=self._separator or ",")
            rows.writerow([made_line])
            rows.writerow(names)
            return
        self._sheet = self._book.create_sheet(sheet or SHEET)
        self._sheet.freeze_panes = "A3"
        self._sheet.print_options.gridLines = True
        self._sheet.page_setup.orientation, self._sheet.page_setup.paperSize = "landscape", 9  # A4
        self._sheet.page_setup.fitToWidth, self._sheet.page_setup.fitToHeight = 1, 0
        self._sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for at in range(len(names)):
            self._sheet.column_dimensions[_letters(at)].width = _WIDTH if at + 1 < len(names) else _WIDTH_OF_FAULTS
        self._sheet.append([made_line])
        self._rows = 1
        self._append([self._cell(name, False, bold=True) for name in names])

    def _append(self, cells: Sequence[Any]) -> None:
        self._rows += 1
        lines = max(_lines(cell.value, _WIDTH if at + 1 < len(cells) else _WIDTH_OF_FAULTS) for at, cell in enumerate(cells))
        self._sheet.row_dimensions[self._rows].height = _LINE_HEIGHT * lines
        self._sheet.append(cells)

    def _cell(self, value: Any, is_wrong: bool, bold: bool = False) -> Any:
        text = isinstance(value, str)
        cell = WriteOnlyCell(self._sheet, ILLEGAL_CHARACTERS_RE.sub("", value) if text else value)
        if text:
            cell.data_type = "s"  # a text that begins with "=" is no formula
            cell.number_format = "@"
        elif isinstance(value, datetime | date):
            cell.number_format = "dd/mm/yyyy"
        if is_wrong:
            cell.fill = _WRONG
        if bold:
            cell.font = Font("Calibri", size=11, bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell

    def _place(self) -> Path:
        """Linked, so that a file she is working on is never written over."""
        assert self._draft is not None
        if self._to is not None:
            os.replace(self._draft, self._to)
            return self._to
        stem = re.sub(rf"{_SUFFIX}(?:_\d+)?$", "", self._source.stem)
        ending = ".xlsx" if self._separator is None else ".csv"
        number = 1
        while True:
            place = self._source.with_name(f"{stem}{_SUFFIX}{f'_{number}' if number > 1 else ''}{ending}")
            try:
                place.touch(exist_ok=False)
            except FileExistsError:
                number += 1
                continue
            os.replace(self._draft, place)
            place.chmod(0o600)
            return place


def _lines(value: Any, width: int) -> int:
    return sum(len(wrap(part, width - 2)) or 1 for part in value.split("\n")) if isinstance(value, str) else 1


def _letters(at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _as_text(cell: Any) -> str:
    return f"{cell:%d/%m/%Y}" if isinstance(cell, datetime | date) else str(cell) if isinstance(cell, str) else text_of(cell)
