"""Bookings. Two unique indexes among live ones keep the promises: one seat, one citizen; one errand, one booking."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.appointments.model import LIVE, Booking, BookingState, Start
from bot.short_codes import new_code
from bot.store.scope import Scope
from bot.store.tables import bookings as table

_MOST_TICKETS_TRIED = 20
_BY_START = (table.c.start, table.c.counter, table.c.seat)


class StoredAppointments:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def taken(self, office: str, since: datetime, until: datetime) -> Sequence[Start]:
        query = self._live().where(table.c.office == office, table.c.start >= since, table.c.start < until)
        return [_start(row) for row in self._scope.connection.execute(query.order_by(*_BY_START))]

    def hold(self, citizen: int, start: Start, procedure: str, until: datetime) -> Booking | None:
        self._make_way(citizen, start, procedure)
        values = {
            "citizen": citizen, "office": start.office, "counter": start.counter, "start": start.at, "seat": start.seat,
            "minutes": start.minutes, "procedure": procedure, "state": "held", "held_until": until, "begun": False,
            "made_at": self._scope.now(),
        }
        booking = self._scope.add(table, values)
        return None if booking is None else self.get(booking)

    def confirm(self, booking: int, name: str, ticket: str) -> Booking | None:
        """A ticket that somebody holds already is replaced by a fresh one: the booking returned bears what counts."""
        for _ in range(_MOST_TICKETS_TRIED):
            try:
                with self._scope.connection.begin_nested():
                    confirmed = self._scope.changed(
                        self._held(booking).values(state="confirmed", name=name, ticket=ticket, held_until=None)
                    )
                return self.get(booking) if confirmed else None
            except sa.exc.IntegrityError:
                ticket = new_code("H")
        raise RuntimeError(f"{_MOST_TICKETS_TRIED} tickets in a row were taken")

    def release(self, booking: int) -> None:
        self._scope.changed(self._held(booking).values(state="cancelled"))

    def cancel(self, booking: int) -> bool:
        cancelled = table.update().where(table.c.id == booking, table.c.state == "confirmed").values(state="cancelled")
        return self._scope.changed(cancelled) == 1

    def get(self, booking: int) -> Booking | None:
        row = self._scope.connection.execute(sa.select(table).where(table.c.id == booking)).one_or_none()
        return None if row is None else self._booking(row)

    def live_of(self, citizen: int) -> Sequence[Booking]:
        query = self._live().where(table.c.citizen == citizen, table.c.start > self._scope.now())
        return [self._booking(row) for row in self._scope.connection.execute(query.order_by(table.c.start, table.c.id))]

    def day(self, office: str, since: datetime, until: datetime) -> Sequence[Booking]:
        query = sa.select(table).where(
            table.c.office == office, table.c.start >= since, table.c.start < until, table.c.state == "confirmed"
        )
        return [self._booking(row) for row in self._scope.connection.execute(query.order_by(*_BY_START))]

    def lapse_holds(self) -> int:
        return self._scope.changed(_lapse(self._scope.now()))

    def _make_way(self, citizen: int, start: Start, procedure: str) -> None:
        """What only looks live must not stand in the way: holds that ran out, and bookings whose hour has passed."""
        now = self._scope.now()
        same_hour = sa.and_(table.c.office == start.office, table.c.start == start.at)
        same_seat = sa.and_(same_hour, table.c.counter == start.counter, table.c.seat == start.seat)
        same_errand = sa.and_(table.c.citizen == citizen, table.c.procedure == procedure)
        over = sa.and_(table.c.state == "confirmed", ~table.c.begun, table.c.start <= now)
        self._scope.changed(_lapse(now).where(sa.or_(same_seat, same_errand)))
        self._scope.changed(table.update().where(same_errand, over).values(begun=True))

    def _live(self) -> sa.Select[Any]:
        return sa.select(table).where(
            table.c.state.in_(LIVE), sa.or_(table.c.state == "confirmed", table.c.held_until > self._scope.now())
        )

    def _held(self, booking: int) -> sa.Update:
        not_yet_over = table.c.held_until > self._scope.now()
        return table.update().where(table.c.id == booking, table.c.state == "held", not_yet_over)

    def _booking(self, row: sa.Row[Any]) -> Booking:
        lapsed = row.state == "held" and row.held_until <= self._scope.now()
        state: BookingState = "lapsed" if lapsed else row.state
        return Booking(
            id=row.id, citizen=row.citizen, start=_start(row), procedure=row.procedure, state=state,
            held_until=row.held_until, ticket=row.ticket, name=row.name,
        )


def _start(row: sa.Row[Any]) -> Start:
    return Start(office=row.office, counter=row.counter, seat=row.seat, at=row.start, minutes=row.minutes)


def _lapse(now: datetime) -> sa.Update:
    return table.update().where(table.c.state == "held", table.c.held_until <= now).values(state="lapsed")
