"""What the appointments need of a store. All of it happens inside the turn's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.appointments.model import Booking, Start


class Appointments(Protocol):
    def taken(self, office: str, since: datetime, until: datetime) -> Sequence[Start]:
        """Seats of live bookings that start in [since, until); holds that have lapsed by now are not among them."""
        ...

    def hold(self, citizen: int, start: Start, procedure: str, until: datetime) -> Booking | None:
        """Takes the seat for a while; None when somebody was first, or the citizen already has a live booking for *procedure*."""
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
        """Confirmed bookings that start in [since, until), by start and counter."""
        ...

    def lapse_holds(self) -> int:
        """Held bookings whose time has run out become lapsed; how many."""
        ...
