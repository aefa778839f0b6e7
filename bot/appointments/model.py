"""A booking and its life: held for ten minutes, confirmed with a ticket, cancelled, lapsed, kept or missed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

BookingState = Literal["held", "confirmed", "cancelled", "lapsed", "came", "missed"]
LIVE: tuple[BookingState, ...] = ("held", "confirmed")
HOLD_FOR = timedelta(minutes=10)


EVERY_COUNTER, EVERY_SEAT = "", 0
"""What a taken Start bears where a whole office or a whole counter is closed."""
KEPT: tuple[BookingState, ...] = ("confirmed", "came", "missed")
"""States of a visit that stands in the day's list."""


@dataclass(frozen=True, slots=True)
class Start:
    """A free start at a counter. ``at`` is aware, UTC."""

    office: str
    counter: str
    seat: int
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Booking:
    """A seat taken. ``citizen`` is the conversation's id; ``procedure`` is "" when none is named."""

    id: int
    citizen: int
    start: Start
    procedure: str
    state: BookingState
    held_until: datetime | None
    ticket: str | None
    name: str | None
    """Who will come: kept until 90 days after the visit."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Days, both included, on which the office, or one ``counter`` of it, receives nobody. ``counter`` is EVERY_COUNTER for all."""

    office: str
    counter: str
    first: date
    last: date
    reason: str
