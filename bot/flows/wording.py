"""Days, hours, money and lists in a citizen's words. The words themselves are in the texts."""

from collections.abc import Sequence
from datetime import date, datetime, time

from bot.calendar.model import Period
from bot.clock import local
from bot.flows.world import Premises


def money(world: Premises, amount: int) -> str:
    """``100000`` as "100.000 đồng"."""
    return world.words.part("wording", "money", amount=f"{amount:,}".replace(",", "."))


def day_in_words(world: Premises, day: date) -> str:
    """ "thứ Sáu 27/11/2026" """
    return world.words.part("wording", "day", weekday=world.words.part("wording", f"weekday_{day.weekday()}"), day=f"{day:%d/%m/%Y}")


def short_day_in_words(world: Premises, day: date) -> str:
    """ "thứ Sáu 27/11": for lists, where the year goes without saying."""
    return world.words.part("wording", "day", weekday=world.words.part("wording", f"weekday_{day.weekday()}"), day=f"{day:%d/%m}")


def plain_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def clock_in_words(world: Premises, moment: time) -> str:
    """ "8 giờ 30 sáng", "1 giờ 30 chiều": as people say it."""
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    part = "morning" if moment.hour < 11 else "noon" if moment.hour < 13 else "afternoon" if moment.hour < 18 else "evening"
    return world.words.part("wording", part, clock=_clock(world, hour, moment.minute))


def bare_clock(world: Premises, moment: datetime) -> str:
    """ "7 giờ 30": where the half of the day is said already."""
    shown = local(moment)
    return _clock(world, shown.hour if shown.hour <= 12 else shown.hour - 12, shown.minute)


def moment_in_words(world: Premises, moment: datetime) -> str:
    """The hour of an instant, on Viet Nam's clock."""
    return clock_in_words(world, local(moment).time())


def periods_in_words(world: Premises, periods: Sequence[Period]) -> str:
    """ "sáng 7 giờ 30 đến 11 giờ 30, chiều 1 giờ 30 đến 5 giờ" """
    return ", ".join(_period(world, each) for each in periods)


def _period(world: Premises, period: Period) -> str:
    """On the clock of the half day it lies in; one across noon on the 24-hour clock."""
    if period.start.hour < 12 < period.end.hour:
        return world.words.part("wording", "period", start=_clock_of(world, period.start), end=_clock_of(world, period.end))
    half = "morning" if period.start.hour < 12 else "afternoon"
    start, end = (time(each.hour - 12 if each.hour > 12 else each.hour, each.minute) for each in (period.start, period.end))
    return world.words.part("wording", f"period_{half}", start=_clock_of(world, start), end=_clock_of(world, end))


def _clock_of(world: Premises, moment: time) -> str:
    return _clock(world, moment.hour, moment.minute)


def _clock(world: Premises, hour: int, minute: int) -> str:
    if minute:
        return world.words.part("wording", "hour_minute", hour=str(hour), minute=f"{minute:02d}")
    return world.words.part("wording", "hour", hour=str(hour))


def sample_tail(world: Premises) -> str:
    """The line that says these are sample data; nothing where the office is real."""
    return world.words.part("wording", "sample") if any(office.sample for office in world.town.offices) else ""
