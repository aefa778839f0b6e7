"""When something may be said unasked: not at night, and not outside a channel's window."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from bot.clock import Clock, aware, local
from bot.notices.outbox import NotSent, Outcome, Row, Sender
from bot.offices.model import USUAL_NIGHT


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Viet Nam's clock, from ``start`` in the evening to ``end`` in the morning."""

    start: time = USUAL_NIGHT[0]
    end: time = USUAL_NIGHT[1]

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


class QuietAtNight:
    """An outgoing door that keeps notices back at night: one that was due by day and could not be sent then is still not for the night."""

    def __init__(self, sender: Sender, quiet: QuietHours, clock: Clock) -> None:
        self._sender, self._quiet, self._clock = sender, quiet, clock

    async def send(self, row: Row) -> Outcome:
        now = self._clock.now()
        morning = self._quiet.after(now)
        if row.message.kind == "notice" and morning > now:
            return NotSent(morning)
        return await self._sender.send(row)


Standing = Literal["free", "billed", "closed"]


@dataclass(frozen=True, slots=True)
class Window:
    """How long a channel lets us write after the citizen last turned to us: ``free`` at no charge, until ``billed`` for money."""

    free: timedelta
    billed: timedelta

    def standing(self, heard_at: datetime | None, now: datetime) -> Standing:
        """*heard_at* is aware; None: never."""
        gone = now - heard_at if heard_at is not None else self.billed
        return "free" if gone < self.free else "billed" if gone < self.billed else "closed"
