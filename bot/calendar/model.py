"""Days and hours, in Viet Nam's civil time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

DayStanding = Literal["off", "worked", "unsettled"]
"""``off``: a holiday; ``worked``: a weekend day worked in exchange (it counts); ``unsettled``: not yet decided whether it is off."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One day that departs from its weekday, with who says so."""

    day: date
    name: str
    standing: DayStanding
    source: str


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to, not including, ``end``."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class NationalCalendar:
    """The year's special days; ``until`` is the last day that the data covers."""

    days: Mapping[date, SpecialDay]
    until: date

    def special(self, day: date) -> SpecialDay | None:
        return self.days.get(day)
