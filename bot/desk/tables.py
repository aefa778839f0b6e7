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
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from bot.desk.files import written_whole
from bot.desk.sheets import FONT, row_height

_HEAD = PatternFill("solid", fgColor="FFE3ECF5")
_TITLE_ROW, _HEAD_ROW = 1, 2
_MARGIN = 0.4
"""Inches."""
_ROOM_TO_SIGN = 90.0
"""Points."""


@dataclass(frozen=True, slots=True)
class Table:
    """``columns``: (key, title, width in characters). A row's value is shown as text; a whole number stays one."""

    title: str
    columns: Sequence[tuple[str, str, int]]
    rows: Sequence[Mapping[str, Any]]
    foot: Sequence[Mapping[str, Any]] = ()
    """Rows of sums under the others."""
    signatures: Sequence[str] = ()
    """Who signs below, side by side."""


def write_workbook(path: Path, table: Table, name: str) -> None:
    """*name* is the sheet's. Whole or not at all; only its owner reads it. Raises OSError."""
    book = Workbook()
    page = book.active
    assert page is not None, "a new workbook has a sheet"
    page.title = name[:31]
    page.cell(_TITLE_ROW, 1, table.title).font = Font(FONT, bold=True, size=14)
    for index, (_, title, width) in enumerate(table.columns, start=1):
        head = page.cell(_HEAD_ROW, index, title)
        head.font, head.fill, head.alignment = Font(FONT, size=11, bold=True), _HEAD, Alignment(wrap_text=True, vertical="top")
        page.column_dimensions[get_column_letter(index)].width = width
    page.row_dimensions[_HEAD_ROW].height = row_height([(title, width - 1) for _, title, width in table.columns])
    first_of_foot = _HEAD_ROW + 1 + len(table.rows)
    for number, row in enumerate((*table.rows, *table.foot), start=_HEAD_ROW + 1):
        page.row_dimensions[number].height = row_height([(row.get(key), width) for key, _, width in table.columns])
        for index, (key, _, _) in enumerate(table.columns, start=1):
            _put(page.cell(number, index), row.get(key))
            if number >= first_of_foot:
                page.cell(number, index).font = Font(FONT, size=11, bold=True)
    _sign(page, table, first_of_foot + len(table.foot) + 1)
    page.freeze_panes = f"A{_HEAD_ROW + 1}"
    page.print_title_rows = f"{_HEAD_ROW}:{_HEAD_ROW}"
    page.print_options.gridLines = True
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.page_margins = PageMargins(left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=_MARGIN + 0.2, header=0.2, footer=0.2)
    footer = page.oddFooter
    assert footer is not None, "a new page has a footer"
    assert footer.center is not None, "a new footer has a middle"
    footer.center.text = "&P/&N"
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    with written_whole(path) as draft:
        book.save(draft)
        os.chmod(draft, 0o600)


def _sign(page: Any, table: Table, number: int) -> None:
    """Each in its share of the width, with room to sign."""
    share = len(table.columns) // max(1, len(table.signatures))
    for index, text in enumerate(table.signatures):
        cell = page.cell(number, index * share + 1, text)
        cell.font, cell.alignment = Font(FONT, size=11, bold=True), Alignment(horizontal="center", vertical="top", wrap_text=True)
        page.merge_cells(start_row=number, end_row=number, start_column=index * share + 1, end_column=(index + 1) * share)
        page.row_dimensions[number].height = _ROOM_TO_SIGN


def _put(cell: Any, value: Any) -> None:
    """A citizen's words that begin like a formula stay words."""
    if isinstance(value, int) and not isinstance(value, bool):
        cell.value = value
        cell.number_format = "#,##0"
    elif value is not None:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
        cell.data_type = "s"
        cell.number_format = "@"
    cell.alignment = Alignment("left", wrap_text=True, vertical="top")
