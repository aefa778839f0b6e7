"""When an export was made: an older one must not undo what a newer one told, and every answer says how old its figures are."""

import re
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

from bot.catalog.names import folded
from bot.clock import aware, local
from bot.gateways.settlement.sheets import Row
from bot.gateways.settlement.titles import text_of

END_OF_DAY = time(17, 0)
"""Taken for the hour where only a day is given: that of closing, so that a day's last export is not older than the next day's first."""
_SAYS_SO = re.compile(
    r"(?:^| )(?:(?:ngay|thoi diem|thoi gian|gio) (?:ket )?xuat|(?:ket )?xuat (?:luc|ngay|du lieu)|tinh den|so lieu (?:den|luc|tinh)|"
    r"den ngay|ngay in|in luc|in ngay|ngay lap|lap ngay|ngay bao cao|cap nhat (?:luc|den|ngay))(?: |$)"
)
_DAY = re.compile(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?!\d)|(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_IN_WORDS = re.compile(r"ng\wy\s+(\d{1,2})\s+th\wng\s+(\d{1,2})\s+n\wm\s+(\d{4})(?!\d)", re.IGNORECASE)
_HOUR = re.compile(r"(?<!\d)(\d{1,2})\s*(?::|h|g|gi[oờ])\s*(\d{2})(?::\d{2})?(?!\d)", re.IGNORECASE)
_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?:[-_T ]{1,2}([0-2]\d)[-_.h]?([0-5]\d)(?:[-_.]?[0-5]\d)?)?(?!\d)")
_DAY_FIRST_IN_NAME = re.compile(r"(?<!\d)([0-3]\d)[-_.]([01]\d)[-_.](20\d\d)(?!\d)")


def made_at(titles: Sequence[Row], path: Path, saved_at: datetime, now: datetime) -> datetime:
    """What the rows above the titles of the columns say, else the file's name, else when the file was saved; never later than *now*.

    An instant, aware. A day in the future is a period's end and no moment of export.
    """
    for told in (*map(_told, titles), _named(path)):
        if told is not None:
            found = _moment(*told, saved_at)
            if local(found).date() <= local(now).date():
                return min(found, now)
    return min(saved_at, now)


def _told(row: Row) -> tuple[datetime, bool] | None:
    """The last day in a row that speaks of the export, and whether the hour is given beside it."""
    for cell in row:
        text = text_of(cell)
        if not text or not _SAYS_SO.search(f" {folded(text)} "):
            continue
        line = text if _DAY.search(text) or _IN_WORDS.search(text) else " ".join(text_of(each) for each in row)
        days = [(found.start(), found.groups()) for found in _DAY.finditer(line)]
        days += [(found.start(), (*found.groups(), None, None, None)) for found in _IN_WORDS.finditer(line)]
        for _, parts in sorted(days, reverse=True):
            day = _day(*(parts[:3] if parts[0] else parts[5:2:-1]))
            if day is not None:
                hour = _HOUR.search(line)
                return _with_hour(day, hour.groups() if hour else None)
    return None


def _named(path: Path) -> tuple[datetime, bool] | None:
    found = _IN_NAME.search(path.stem)
    if found:
        day = _day(found[3], found[2], found[1])
        return _with_hour(day, (found[4], found[5]) if found[4] else None) if day else None
    found = _DAY_FIRST_IN_NAME.search(path.stem)
    day = _day(*found.groups()) if found else None
    return (day, False) if day else None


def _day(day: str, month: str, year: str) -> datetime | None:
    try:
        return datetime(int(year), int(month), int(day))  # noqa: DTZ001  (Viet Nam's civil time until _moment)
    except ValueError:
        return None


def _with_hour(day: datetime, hour: Sequence[str] | None) -> tuple[datetime, bool]:
    try:
        return (day.replace(hour=int(hour[0]), minute=int(hour[1])), True) if hour else (day, False)
    except ValueError:
        return day, False


def _moment(told: datetime, has_hour: bool, saved_at: datetime) -> datetime:
    if has_hour:
        return aware(told)
    if local(saved_at).date() == told.date():
        return saved_at
    return aware(datetime.combine(told.date(), END_OF_DAY))
