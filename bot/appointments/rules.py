"""Which starts an office can still give. The store's uniqueness has the last word on who was first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from bot import clock
from bot.appointments.model import EVERY_COUNTER, EVERY_SEAT, Start
from bot.calendar.model import NationalCalendar
from bot.offices.model import Counter, Office
from bot.offices.rules import instant, open_periods

LEAST_NOTICE = timedelta(minutes=30)
"""Nobody is offered a start sooner than this from now."""
DAYS_AHEAD = 30
"""How far ahead a visit may be booked."""

DayStanding = Literal["free", "full", "closed", "unsettled", "past", "too_far"]
"""``unsettled``: nobody has decided yet whether the office is open; ``past`` also when too little of today is left."""


def free_starts(
    office: Office,
    calendar: NationalCalendar,
    counters: Sequence[Counter],
    day: date,
    taken: Sequence[Start],
    now: datetime,
) -> list[Start]:
    """The free starts of *day*, soonest first: one for each clock time, at the first of *counters* with a seat.

    None sooner than LEAST_NOTICE from *now*. Empty where the day is closed, full, over or not settled:
    ``day_standing`` tells which.
    """
    free: dict[datetime, Start] = {}
    for start in _starts(office, calendar, counters, day):
        if start.at >= now + LEAST_NOTICE and start.at not in free and not _meets_any(start, taken):
            free[start.at] = start
    return [free[at] for at in sorted(free)]


def open_days(
    office: Office,
    calendar: NationalCalendar,
    counters: Sequence[Counter],
    first_day: date,
    how_many: int,
    taken_by_day: Mapping[date, Sequence[Start]],
    now: datetime,
) -> list[date]:
    """The first *how_many* days from *first_day* on that have a free start, within DAYS_AHEAD days of *now*."""
    today = clock.local(now).date()
    days: list[date] = []
    day, last = max(first_day, today), today + timedelta(days=DAYS_AHEAD)
    while day <= last and len(days) < how_many:
        if free_starts(office, calendar, counters, day, taken_by_day.get(day, ()), now):
            days.append(day)
        day += timedelta(days=1)
    return days


def day_standing(
    office: Office,
    calendar: NationalCalendar,
    counters: Sequence[Counter],
    day: date,
    taken: Sequence[Start],
    now: datetime,
) -> DayStanding:
    """Why *day* can be booked or not."""
    today = clock.local(now).date()
    if day < today:
        return "past"
    if day > today + timedelta(days=DAYS_AHEAD):
        return "too_far"
    if open_periods(office, calendar, day) is None:
        return "unsettled"
    starts = list(_starts(office, calendar, counters, day))
    closed = [each for each in taken if each.seat == EVERY_SEAT]
    if all(_meets_any(start, closed) for start in starts):
        return "closed"
    if all(start.at < now + LEAST_NOTICE for start in starts):
        return "past"
    return "free" if free_starts(office, calendar, counters, day, taken, now) else "full"


def by_day(taken: Sequence[Start]) -> dict[date, list[Start]]:
    """Taken starts by their civil day, as ``open_days`` wants them."""
    days: dict[date, list[Start]] = {}
    for start in taken:
        days.setdefault(clock.local(start.at).date(), []).append(start)
    return days


def day_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants [since, until) that hold the civil days *first* to *last*, to ask the store with."""
    since, until = datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.min.time())
    return clock.aware(since), clock.aware(until + timedelta(days=1))


def _starts(office: Office, calendar: NationalCalendar, counters: Sequence[Counter], day: date) -> Iterator[Start]:
    """Every seat of the day's grid, counter by counter: each visit fits into one open period."""
    for period in open_periods(office, calendar, day) or ():
        opens, closes = instant(day, period)
        for counter in counters:
            length = timedelta(minutes=counter.minutes)
            for step in range((closes - opens) // length):
                for seat in range(1, counter.seats + 1):
                    yield Start(office.id, counter.id, seat, opens + step * length, counter.minutes)


def _meets_any(start: Start, taken: Sequence[Start]) -> bool:
    """Whether the seat is taken for any part of the visit, also by one booked on another grid of hours."""
    ends = start.at + timedelta(minutes=start.minutes)
    return any(
        other.office == start.office
        and other.counter in (start.counter, EVERY_COUNTER)
        and other.seat in (start.seat, EVERY_SEAT)
        and other.at < ends
        and start.at < other.at + timedelta(minutes=other.minutes)
        for other in taken
    )
