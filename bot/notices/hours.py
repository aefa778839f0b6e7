"""When something may be said unasked: not at night, and not outside a channel's window."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from bot.clock import Clock, aware, local
from bot.notices.outbox import Outcome, OutsideWindow, Row, Sender


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Viet Nam's clock, from ``start`` in the evening to ``end`` in the morning."""

    start: time = time(21)
    end: time = time(7)

    def after(self, moment: datetime) -> datetime:
        """*moment* (aware) itself, or the end of the quiet hours that it lies in."""
        shown = local(moment)
        over_midnight = self.start > self.end
        in_the_evening = shown.time() >= self.start and (over_midnight or shown.time() < self.end)
        in_the_morning = shown.time() < self.end and (over_midnight or shown.time() >= self.start)
        if not in_the_evening and not in_the_morning:
            return moment
        day = shown.date() + timedelta(days=1) if over_midnight and in_the_evening else shown.date()
        return aware(datetime.combine(day, self.end))


class Window(Protocol):
    """Whether a channel lets us speak unasked to somebody who last wrote at *heard_at* (aware; None: never)."""

    def is_open(self, heard_at: datetime | None, now: datetime) -> bool: ...


@dataclass(frozen=True, slots=True)
class OpenFor:
    """For so long after each message of the citizen."""

    time: timedelta

    def is_open(self, heard_at: datetime | None, now: datetime) -> bool:
        return heard_at is not None and now - heard_at < self.time


class InsideWindow:
    """The outgoing door of a channel that has a window: notices outside it are not even tried. Replies answer somebody who wrote."""

    def __init__(self, sender: Sender, window: Window, clock: Clock) -> None:
        self._sender, self._window, self._clock = sender, window, clock

    async def send(self, row: Row) -> Outcome:
        if row.message.kind == "notice" and not self._window.is_open(row.heard_at, self._clock.now()):
            return OutsideWindow()
        return await self._sender.send(row)
