"""What one cell holds: a day, the last digits of a number, a name. None where it is empty; BadCell where nobody can tell."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from bot.catalog.names import folded
from bot.gateways.settlement.sheets import Cell
from bot.gateways.settlement.titles import text_of

_EMPTY = {"", "khong", "khong co", "chua co", "chua", "n a", "na", "null", "none", "nan", "chua xac dinh"}
_LONGEST_EMPTY = 20
_EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
_FIRST_YEAR, _LAST_YEAR = 2005, 2099
_FIRST_SERIAL, _LAST_SERIAL = 38_353, 73_050
"""The days of those years as Excel counts them, from 30/12/1899."""
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?!\d)")
_IN_WORDS = re.compile(r"ng\wy\s+(\d{1,2})\s+th\wng\s+(\d{1,2})\s+n\wm\s+(\d{4})(?!\d)", re.IGNORECASE)
_TIME = re.compile(r"(?<!\d)\d{1,2}\s*(?::|h|g)\s*\d{2}(?::\d{2}(?:\.\d+)?)?(?!\d)|(?<=\d)T(?=\d)|\+\d\d:?\d\d|Z$", re.IGNORECASE)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_MASKED = re.compile(r"[•●∙*xX#.]{2,}\s?(\d{4})$")
_BEFORE_NAMES = re.compile(r"^(?:ông\s*/\s*bà|ông\s*\(\s*bà\s*\)|ông|bà|anh|chị)\s*:?\s+(?=\S+\s+\S)", re.IGNORECASE)
LONGEST_NAME = 200


class BadCell(ValueError):
    """``problem`` is the kind of what is wrong."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def is_empty(cell: Cell) -> bool:
    if cell is None or not isinstance(cell, str):
        return cell is None
    return len(cell) <= _LONGEST_EMPTY and not cell[-1:].isdigit() and _says_nothing(cell)


@lru_cache(maxsize=20_000)
def _says_nothing(text: str) -> bool:
    return "#" not in text and folded(text) in _EMPTY


def read_day(cell: Cell, epoch: date) -> date | None:
    """A civil day: a date's, a serial number's, a text's with the day first or the year first; an hour beside it does not matter."""
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return _sensible(cell.date())
    if isinstance(cell, date):
        return _sensible(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _of_number(float(cell), epoch)
    if isinstance(cell, str):
        return _of_text(cell, epoch)
    raise BadCell("bad_day")


def _of_number(number: float, epoch: date) -> date:
    whole = int(number)
    if 19_000_000 <= whole <= 21_000_000:
        return _made(whole // 10_000, whole // 100 % 100, whole % 100)
    shift = (date(1899, 12, 30) - epoch).days
    if not _FIRST_SERIAL <= whole - shift <= _LAST_SERIAL:
        raise BadCell("bad_day")
    return epoch + timedelta(days=whole)


@lru_cache(maxsize=20_000)
def _of_text(text: str, epoch: date) -> date | None:
    if _says_nothing(text):
        return None
    _refuse_errors(text)
    if re.fullmatch(r"\s*\d+(?:\.\d+)?\s*", text):
        return _of_number(float(text), epoch)
    for pattern, order in ((_YEAR_FIRST, (1, 2, 3)), (_IN_WORDS, (3, 2, 1)), (_DAY_FIRST, (3, 2, 1))):
        found = pattern.search(text)
        if found:
            rest = _TIME.sub(" ", text[: found.start()] + " \n " + text[found.end() :])
            if any(char.isdigit() for char in rest):
                raise BadCell("bad_day")
            year, month, day = (int(found[at]) for at in order)
            return _made(year + 2000 if len(found[order[0]]) == 2 else year, month, day)
    raise BadCell("bad_day")


def _made(year: int, month: int, day: int) -> date:
    try:
        return _sensible(date(year, month, day))
    except ValueError as error:
        raise error if isinstance(error, BadCell) else BadCell("no_such_day") from None


def _sensible(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadCell("strange_year")
    return day


def read_text(cell: Cell, longest: int) -> str | None:
    """In one line; cut where it is longer than a message can say."""
    if is_empty(cell):
        return None
    text = text_of(cell)
    _refuse_errors(text)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def read_list(cell: Cell, longest: int) -> tuple[str, ...]:
    """Papers, one a line or parted by semicolons."""
    if is_empty(cell):
        return ()
    _refuse_errors(str(cell))
    parts = re.split(r"[\n;]+", str(cell))
    lines = (re.sub(r"^\s*(?:[-+•*]|\d{1,2}[.)])\s+", "", each) for each in parts)
    return tuple(text for text in (read_text(line, longest) for line in lines) if text)


def read_last4(cell: Cell) -> str | None:
    """The last four digits of a phone or identity number; a number's own lost zeros do not matter to them. Of several the first."""
    if is_empty(cell):
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if cell != int(cell) or cell < 0:
            raise BadCell("bad_number")
        return _last4(str(int(cell)), is_number=True)
    text = text_of(cell)
    _refuse_errors(text)
    if _ROUNDED.fullmatch(text):
        raise BadCell("rounded_number")
    for piece in re.split(r"[;,/|]|\s-\s|\s{2,}", text):
        found = _MASKED.search(piece.strip())
        if found:
            return found[1]
        digits = re.sub(r"\D", "", piece)
        if digits:
            return _last4(digits, is_number=False)
    if any(char.isdigit() for char in text):
        raise BadCell("bad_number")
    return None


def _last4(digits: str, is_number: bool) -> str:
    if len(digits) < 4 and not is_number:
        raise BadCell("short_number")
    return digits.zfill(4)[-4:]


def read_phone_in(cell: Cell) -> str | None:
    """Of an address and a phone in one cell, the phone's last four."""
    found = re.search(r"(?<!\d)(?:\+?84|0)(?:[\s.\-]?\d){8,10}(?!\d)", text_of(cell))
    return None if found is None else re.sub(r"\D", "", found[0])[-4:]


def read_name(cell: Cell) -> str | None:
    text = read_text(cell, LONGEST_NAME)
    return _BEFORE_NAMES.sub("", text) if text else None


def read_days(cell: Cell) -> int | None:
    """How many days: ``3``, ``3 ngày``."""
    if is_empty(cell):
        return None
    text = text_of(cell)
    _refuse_errors(text)
    found = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?(?: ng\wy(?: l\wm vi\wc)?)?", text, re.IGNORECASE)
    if found is None:
        raise BadCell("bad_days")
    return int(found[1])


def _refuse_errors(text: str) -> None:
    if text.startswith(_EXCEL_ERRORS) or (len(text) > 2 and not text.strip("#")):
        raise BadCell("excel_error")
