"""How fast we may write: so many messages a second to one citizen, so many to all, and later while the platform is away.

Kept in memory; what is refused stays in the outbox.
"""

from datetime import datetime, timedelta

from bot.channels.errands import back_off

TRY_AGAIN = timedelta(seconds=5)
FAILURES_OF_AN_OUTAGE = 3
_FORGET_AT = 5_000


class Pace:
    """``spacing`` is the pause between two messages to one citizen, ``most_a_second`` counts those to all together; no spacing switches
    pacing off, except what the platform asked for.
    """

    def __init__(self, spacing: timedelta, most_a_second: float) -> None:
        self._spacing = spacing
        self._gap = timedelta(seconds=1 / most_a_second) if spacing else timedelta()
        self._next_to: dict[str, datetime] = {}
        self._promised: dict[str, datetime] = {}
        self._last_slot: datetime | None = None
        self._all_wait_until: datetime | None = None
        self._failures = 0

    def wait_until(self, peer: str, now: datetime) -> datetime | None:
        """None: write now, and that counts. Else when to ask again; the place in the queue is kept until then."""
        if self._all_wait_until is not None and now < self._all_wait_until:
            return max(self._all_wait_until, self._next_to.get(peer, now))
        own = self._next_to.get(peer, now)
        if own > now:
            return own
        promised = self._promised.pop(peer, None)
        if promised is None:
            slot = now if self._last_slot is None else max(now, self._last_slot + self._gap)
            self._last_slot = slot
            if slot > now:
                self._promised[peer] = slot
                return slot
        self._wrote(peer, now)
        return None

    def hold(self, peer: str, until: datetime) -> None:
        """Nothing to *peer* before then."""
        self._next_to[peer] = max(until, self._next_to.get(peer, until))

    def hold_all(self, until: datetime) -> None:
        """Nothing to anybody before then."""
        self._all_wait_until = until

    def failed(self, peer: str, now: datetime) -> datetime:
        """The network or the platform failed: when to try again. While it lasts everybody waits; the same citizen does in any case."""
        self._failures += 1
        until = now + TRY_AGAIN
        if self._failures >= FAILURES_OF_AN_OUTAGE:
            until = now + timedelta(seconds=back_off(self._failures))
            self.hold_all(until)
        self.hold(peer, until)
        return until

    def slow_down(self, now: datetime) -> datetime:
        """The platform finds us too fast: nothing to anybody before what is returned, longer each time."""
        self._failures += 1
        until = now + timedelta(seconds=back_off(self._failures, least=2.0))
        self.hold_all(until)
        return until

    def went_well(self) -> None:
        self._failures = 0

    def _wrote(self, peer: str, now: datetime) -> None:
        if not self._spacing:
            self._next_to.pop(peer, None)
            return
        self._next_to[peer] = now + self._spacing
        if len(self._next_to) > _FORGET_AT:
            self._next_to = {each: at for each, at in self._next_to.items() if at > now}
            self._promised = {each: at for each, at in self._promised.items() if at > now - self._spacing}
