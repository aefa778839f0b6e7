"""A list as a workbook that can be printed: one sheet, A4 across, every cell the text that it shows."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from bot.desk.files import written_whole

_HEAD = PatternFill("solid", fgColor="FFE3ECF5")
_TITLE_ROW, _HEAD_ROW = 1, 2


@dataclass(frozen=True, slots=True)
class Table:
    """``columns``: (key, title, width in characters). A row's value is shown as text; a whole number stays one."""

    title: str
    columns: Sequence[tuple[str, str, int]]
    rows: Sequence[Mapping[str, Any]]


def write_workbook(path: Path, table: Table, name: str) -> None:
    """*name* is the sheet's. Whole or not at all; only its owner reads it. Raises OSError."""
    book = Workbook()
    page = book.active
    assert page is not None, "a new workbook has a sheet"
    page.title = name[:31]
    page.cell(_TITLE_ROW, 1, table.title).font = Font(bold=True, size=14)
    for index, (_, title, width) in enumerate(table.columns, start=1):
        head = page.cell(_HEAD_ROW, index, title)
        head.font, head.fill = Font(bold=True), _HEAD
        page.column_dimensions[get_column_letter(index)].width = width
    for number, row in enumerate(table.rows, start=_HEAD_ROW + 1):
        for index, (key, _, _) in enumerate(table.columns, start=1):
            _put(page.cell(number, index), row.get(key))
    page.freeze_panes = f"A{_HEAD_ROW + 1}"
    page.print_title_rows = f"{_HEAD_ROW}:{_HEAD_ROW}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    with written_whole(path) as draft:
        book.save(draft)
        os.chmod(draft, 0o600)


def _put(cell: Any, value: Any) -> None:
    """A citizen's words that begin like a formula stay words."""
    if isinstance(value, int) and not isinstance(value, bool):
        cell.value = value
    elif value is not None:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
        cell.data_type = "s"
        cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
