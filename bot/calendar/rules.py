"""Which days count. Whether an office is open is another question: a Saturday session receives, yet does not count."""

from datetime import date, datetime, timedelta

from bot import clock
from bot.calendar.model import NationalCalendar

_DAY = timedelta(days=1)
_SATURDAY = 5


def counts(calendar: NationalCalendar, day: date) -> bool:
    """Whether *day* is a working day for time limits; a doubtful one counts as its weekday (``is_doubtful``)."""
    special = calendar.special(day)
    if special is None or special.standing == "unsettled":
        return day.weekday() < _SATURDAY
    return special.standing == "worked"


def is_doubtful(calendar: NationalCalendar, day: date) -> bool:
    """Whether nobody has settled yet if *day* is off: so told by the data, or later than the data reaches."""
    special = calendar.special(day)
    return day > calendar.until or (special is not None and special.standing == "unsettled")


def next_counting_day(calendar: NationalCalendar, day: date) -> date:
    """*day* itself where it counts, else the next that does (Bộ luật Dân sự 2015, Điều 148: a last day moves on)."""
    while not counts(calendar, day):
        day += _DAY
    return day


def add_working_days(calendar: NationalCalendar, start: date, n: int) -> date:
    """The day *n* working days after *start*, the first day not counted (Bộ luật Dân sự 2015, Điều 147).

    *start* is a civil day or moment; an aware moment is first put on Viet Nam's clock. Counting by the hour (eight a
    day from the minute of receipt) gives the same day within opening hours. With *n* 0: *start*'s day, or the next
    that counts.
    """
    if n < 0:
        raise ValueError(f"working days to add cannot be negative: {n}")
    day = civil_day(start)
    if n == 0:
        return next_counting_day(calendar, day)
    for _ in range(n):
        day = next_counting_day(calendar, day + _DAY)
    return day


def subtract_working_days(calendar: NationalCalendar, end: date, n: int) -> date:
    """The working day from which *n* working days lead to *end*; for *n* 0 the last working day up to *end*."""
    day = civil_day(end)
    while not counts(calendar, day):
        day -= _DAY
    for _ in range(n):
        day -= _DAY
        while not counts(calendar, day):
            day -= _DAY
    return day


def working_days_between(calendar: NationalCalendar, after: date, until: date) -> int:
    """How many working days lie in (*after*, *until*]; 0 when *until* is not later."""
    return sum(counts(calendar, after + _DAY * ahead) for ahead in range(1, (until - after).days + 1))


def civil_day(moment: date) -> date:
    """The day in Viet Nam: *moment* itself, or the day of a moment (naive ones are civil already)."""
    if not isinstance(moment, datetime):
        return moment
    return (moment if moment.tzinfo is None else clock.local(moment)).date()
