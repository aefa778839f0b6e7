"""What the appointments need of a store. All of it happens inside the turn's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bot.appointments.model import Booking, Closure, Start


class Appointments(Protocol):
    def taken(self, office: str, since: datetime, until: datetime) -> Sequence[Start]:
        """Seats of live bookings that start in [since, until); holds that have lapsed by now are not among them.

        Each day of a closure is one more, from midnight to midnight: its seat is EVERY_SEAT, its counter may be EVERY_COUNTER.
        """
        ...

    def hold(self, citizen: int, start: Start, procedure: str, until: datetime) -> Booking | None:
        """Takes the seat for a while; None when somebody was first, the counter is closed that day, or the citizen already has a live
        booking for *procedure*.
        """
        ...

    def confirm(self, booking: int, name: str, ticket: str) -> Booking | None:
        """Held -> confirmed, in one step; None when the hold has lapsed or is gone.

        The ticket that counts is the one of the booking returned: another than *ticket* where that was taken.
        """
        ...

    def release(self, booking: int) -> None:
        """Held -> cancelled; nothing when it is no longer held."""
        ...

    def cancel(self, booking: int) -> bool:
        """Confirmed -> cancelled; False when it was not confirmed any more."""
        ...

    def get(self, booking: int) -> Booking | None: ...

    def live_of(self, citizen: int) -> Sequence[Booking]:
        """The citizen's live bookings that have not begun, soonest first."""
        ...

    def day(self, office: str, since: datetime, until: datetime) -> Sequence[Booking]:
        """Bookings that start in [since, until), confirmed or since then kept or missed, by start and counter."""
        ...

    def by_ticket(self, ticket: str) -> Booking | None: ...

    def settle(self, booking: int, *, came: bool) -> bool:
        """Confirmed -> came or missed, also from one of the two to the other; False where it was cancelled or never confirmed."""
        ...

    def close(self, closure: Closure) -> Sequence[Booking]:
        """Receives nobody on those days from now on; the bookings still to come that are cancelled by it, as they were, soonest first.

        Said a second time it changes nothing and cancels nobody twice.
        """
        ...

    def reopen(self, closure: Closure) -> bool:
        """Takes the closure back (its reason does not matter); False when there was none. Nobody gets a cancelled booking back."""
        ...

    def closures(self, last: date) -> Sequence[Closure]:
        """Those that end on *last* or later, soonest first."""
        ...

    def lapse_holds(self) -> int:
        """Held bookings whose time has run out become lapsed; how many."""
        ...
