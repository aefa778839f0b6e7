"""The only reader of the time. Instants are aware and UTC; civil dates and hours are those of Viet Nam."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved: for ``chat --at`` and for tests."""

    def __init__(self, at: datetime) -> None:
        self._now = aware(at)

    def now(self) -> datetime:
        return self._now

    def move_to(self, at: datetime) -> None:
        """Forward only: a clock that ran back would undo promises already made."""
        at = aware(at)
        if at < self._now:
            raise ValueError(f"the clock stands at {local(self._now).isoformat()} and only moves forward")
        self._now = at


def aware(moment: datetime) -> datetime:
    """*moment* in UTC; a naive one is taken as Viet Nam's civil time."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=VIETNAM)
    return moment.astimezone(UTC)


def local(moment: datetime) -> datetime:
    """*moment* as the clock on the wall in Viet Nam shows it."""
    return moment.astimezone(VIETNAM)


def today(clock: Clock) -> date:
    return local(clock.now()).date()
