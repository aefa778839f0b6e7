"""Bookings. Two unique indexes among live ones keep the promises: one seat, one citizen; one errand, one booking."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.appointments.model import EVERY_COUNTER, EVERY_SEAT, KEPT, LIVE, Booking, BookingState, Closure, Start
from bot.appointments.rules import day_bounds
from bot.clock import local
from bot.short_codes import new_code
from bot.store.scope import Scope
from bot.store.tables import bookings as table
from bot.store.tables import closures

_MOST_TICKETS_TRIED = 20
_WHOLE_DAY = 24 * 60
_BY_START = (table.c.start, table.c.counter, table.c.seat)


class StoredAppointments:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def taken(self, office: str, since: datetime, until: datetime) -> Sequence[Start]:
        query = self._live().where(table.c.office == office, table.c.start >= since, table.c.start < until)
        booked = [_start(row) for row in self._scope.connection.execute(query.order_by(*_BY_START))]
        first, last = local(since).date(), local(until - timedelta(microseconds=1)).date()
        reaches = (closures.c.office == office, closures.c.first <= last, closures.c.last >= first)
        shut = [_closure(row) for row in self._scope.connection.execute(sa.select(closures).where(*reaches).order_by(closures.c.id))]
        return [*booked, *(start for each in shut for start in _days(each, first, last))]

    def hold(self, citizen: int, start: Start, procedure: str, until: datetime) -> Booking | None:
        self._make_way(citizen, start, procedure)
        values = {
            "citizen": citizen, "office": start.office, "counter": start.counter, "start": start.at, "seat": start.seat,
            "minutes": start.minutes, "procedure": procedure, "state": "held", "held_until": until, "begun": False,
            "made_at": self._scope.now(),
        }
        booking = self._scope.add(table, values)
        if booking is None:
            return None
        # Asked after the seat is taken: a closure that comes at this moment either finds this booking, or is found here.
        if self._is_closed(start):
            self._scope.changed(table.delete().where(table.c.id == booking))
            return None
        return self.get(booking)

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
            table.c.office == office, table.c.start >= since, table.c.start < until, table.c.state.in_(KEPT)
        )
        return [self._booking(row) for row in self._scope.connection.execute(query.order_by(*_BY_START))]

    def by_ticket(self, ticket: str) -> Booking | None:
        row = self._scope.connection.execute(sa.select(table).where(table.c.ticket == ticket)).one_or_none()
        return None if row is None else self._booking(row)

    def settle(self, booking: int, *, came: bool) -> bool:
        kept = table.update().where(table.c.id == booking, table.c.state.in_(KEPT))
        return self._scope.changed(kept.values(state="came" if came else "missed", begun=True)) == 1

    def close(self, closure: Closure) -> Sequence[Booking]:
        if self._scope.connection.dialect.name == "postgresql":
            # Bookings being made at this moment are waited for; those that come after it see the closure.
            self._scope.connection.execute(sa.text("LOCK TABLE bookings IN SHARE ROW EXCLUSIVE MODE"))
        self._scope.add(closures, {
            "office": closure.office, "counter": closure.counter, "first": closure.first, "last": closure.last,
            "reason": closure.reason, "at": self._scope.now(),
        })
        since, until = day_bounds(closure.first, closure.last)
        to_come = [
            table.c.office == closure.office, table.c.start >= since, table.c.start < until, table.c.start > self._scope.now(),
            table.c.state.in_(LIVE),
        ]
        if closure.counter != EVERY_COUNTER:
            to_come.append(table.c.counter == closure.counter)
        rows = self._scope.connection.execute(sa.select(table).where(*to_come).order_by(*_BY_START)).all()
        self._scope.changed(table.update().where(*to_come).values(state="cancelled"))
        return [self._booking(row) for row in rows if row.state == "confirmed"]

    def reopen(self, closure: Closure) -> bool:
        same = (closures.c[name] == getattr(closure, name) for name in ("office", "counter", "first", "last"))
        return self._scope.changed(closures.delete().where(*same)) == 1

    def closures(self, last: date) -> Sequence[Closure]:
        query = sa.select(closures).where(closures.c.last >= last).order_by(closures.c.first, closures.c.id)
        return [_closure(row) for row in self._scope.connection.execute(query)]

    def _is_closed(self, start: Start) -> bool:
        day = local(start.at).date()
        met = sa.select(closures.c.id).where(
            closures.c.office == start.office, closures.c.counter.in_((start.counter, EVERY_COUNTER)),
            closures.c.first <= day, closures.c.last >= day,
        )
        return self._scope.connection.execute(met).first() is not None

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


def _closure(row: sa.Row[Any]) -> Closure:
    return Closure(office=row.office, counter=row.counter, first=row.first, last=row.last, reason=row.reason)


def _days(closure: Closure, first: date, last: date) -> Iterator[Start]:
    """The days of the closure within *first* to *last*, each as one taken start."""
    day = max(closure.first, first)
    while day <= min(closure.last, last):
        yield Start(closure.office, closure.counter, EVERY_SEAT, day_bounds(day, day)[0], _WHOLE_DAY)
        day += timedelta(days=1)
