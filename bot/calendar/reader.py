"""Reads ``holidays.yaml`` strictly: a weekday that is not the date's, or a day told twice, stops start-up."""

from datetime import date
from pathlib import Path
from typing import get_args

from bot.calendar.model import DayStanding, NationalCalendar, SpecialDay
from bot.calendar.reading import Part, Reading
from bot.catalog.reader import catalog_dir
from bot.errors import CatalogError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def load_national_calendar(folder: Path | None = None) -> NationalCalendar:
    """The special days of ``holidays.yaml`` in *folder*, else the packaged ones.

    Raises CatalogError with every problem.
    """
    reading = Reading("holidays.yaml")
    calendar = _calendar(reading, folder or catalog_dir())
    if reading.problems or calendar is None:
        raise CatalogError([str(problem) for problem in reading.problems])
    return calendar


def _calendar(reading: Reading, folder: Path) -> NationalCalendar | None:
    whole = reading.table(reading.open(folder))
    if whole is None:
        return None
    until = whole.day("until", required=True) or date.max
    sources = _sources(whole)
    days: dict[date, SpecialDay] = {}
    for part in whole.parts("days", required=True):
        special = _special_day(part, sources, until)
        if special is not None and special.day in days:
            part.wrong("day", f"{special.day} stands twice")
        elif special is not None:
            days[special.day] = special
    whole.done()
    return NationalCalendar(days, until)


def _sources(whole: Part) -> dict[str, str]:
    part = whole.part("sources", required=True)
    if part is None:
        return {}
    return {key: part.text(key) or "" for key in part.table}


def _special_day(part: Part, sources: dict[str, str], until: date) -> SpecialDay | None:
    day = part.day("day", required=True)
    weekday = part.one_of("weekday", WEEKDAYS, required=True)
    standing = part.one_of("standing", get_args(DayStanding), required=True)
    name = part.text("name", required=True)
    source = part.one_of("source", sources, required=True)
    part.done()
    if day is None:
        return None
    if weekday is not None and WEEKDAYS[day.weekday()] != weekday:
        part.wrong("weekday", f'{day} is a {WEEKDAYS[day.weekday()]}, not "{weekday}"')
    if standing == "worked" and day.weekday() < 5:
        part.wrong("standing", f"{day} is a working day anyhow: worked is for weekend days")
    if day > until:
        part.wrong("day", f"{day} is after until ({until})")
    return SpecialDay(day, name or "", standing or "unsettled", sources.get(source or "", ""))
