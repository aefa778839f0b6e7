"""When an office is open, and where an old name belongs now. Days off are the calendar's; hours are the office's."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from bot import clock
from bot.calendar.model import NationalCalendar, Period
from bot.calendar.rules import is_doubtful
from bot.offices.model import HoursException, Office, OldPlace, Town

LOOK_AHEAD = 60
"""How many days on the next opening is sought."""

SETTLED_AHEAD = 30
"""So many days ahead citizens can book, and must be told rightly whether the office is open."""

_MONDAY, _SATURDAY = 0, 5
_UNIT_KINDS = ("thi tran", "thi xa", "thanh pho", "huyen", "quan", "phuong", "tinh", "xa", "ap")


def open_periods(office: Office, calendar: NationalCalendar, day: date) -> tuple[Period, ...] | None:
    """The office's hours on *day*; empty when closed, None when *not settled* and the office has not settled it itself.

    The office's exceptions win over national days: it may open on mùng 5, or close on a Wednesday.
    """
    exception = exception_on(office, day)
    if exception is not None:
        return exception.periods
    special = calendar.special(day)
    if is_doubtful(calendar, day):
        return _on_doubtful_day(office, day)
    if special is not None and special.standing == "off":
        return ()
    if special is not None and special.standing == "worked":
        return office.hours.get(_MONDAY, ())
    return office.hours.get(day.weekday(), ())


def _on_doubtful_day(office: Office, day: date) -> tuple[Period, ...] | None:
    usual = office.hours.get(day.weekday(), ())
    if office.settled is None or day not in office.settled:
        return () if day.weekday() < _SATURDAY and not usual else None
    return (usual or office.hours.get(_MONDAY, ())) if office.settled[day] else ()


def exception_on(office: Office, day: date) -> HoursException | None:
    return next((each for each in office.exceptions if each.first <= day <= each.last), None)


def unsettled_days(office: Office, calendar: NationalCalendar, first: date, last: date) -> tuple[date, ...]:
    """Days from *first* to *last*, both included, of which the office cannot yet say whether it is open."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return tuple(day for day in days if open_periods(office, calendar, day) is None)


def days_to_settle(town: Town, calendar: NationalCalendar, today: date) -> tuple[date, ...]:
    """Days on which citizens may already book a visit, and of which some office cannot say whether it is open: to be settled first."""
    last = today + timedelta(days=SETTLED_AHEAD)
    return tuple(sorted({day for office in town.offices for day in unsettled_days(office, calendar, today, last)}))


def next_opening(office: Office, calendar: NationalCalendar, now: datetime) -> tuple[datetime, datetime] | None:
    """Start and end, aware and UTC, of the open period that *now* lies in, else of the next within LOOK_AHEAD days.

    Days that are not settled are passed over: ``unsettled_days`` up to the answer's day tells which to mention.
    """
    today = clock.local(now).date()
    for ahead in range(LOOK_AHEAD):
        day = today + timedelta(days=ahead)
        for period in open_periods(office, calendar, day) or ():
            start, end = instant(day, period)
            if end > now:
                return start, end
    return None


def is_open(office: Office, calendar: NationalCalendar, now: datetime) -> bool:
    opening = next_opening(office, calendar, now)
    return opening is not None and opening[0] <= now


def instant(day: date, period: Period) -> tuple[datetime, datetime]:
    """*period* on *day* as two instants."""
    return clock.aware(datetime.combine(day, period.start)), clock.aware(datetime.combine(day, period.end))


def find_place(town: Town, words: str) -> OldPlace | None:
    """The old unit that *words* name, typed with or without accents; of several, the one named most fully.

    The kind of unit may be left out ("cu lao dung") where two words or more remain.
    """
    said = f" {fold(words)} "
    best: tuple[int, OldPlace | None] = (0, None)
    for place in town.places:
        for name in _names(place):
            if len(name) > best[0] and f" {name} " in said:
                best = (len(name), place)
    return best[1]


def _names(place: OldPlace) -> list[str]:
    whole = fold(place.name)
    kind = next((each for each in _UNIT_KINDS if whole.startswith(each + " ")), None)
    bare = whole.removeprefix(f"{kind} ") if kind else whole
    return [whole, bare] if " " in bare else [whole]


def fold(text: str) -> str:
    """Lower case without accents, single blanks between words, nothing but letters and digits."""
    spread = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(each for each in spread if not unicodedata.combining(each))))
