"""The outbox: rows to send, claimed one conversation at a time, and what became of them.

A conversation's next row waits for its earlier ones that are due or being sent. Held, sent, blocked and dropped rows do
not stop it, nor do notices whose time has not come. Two workers cannot send to one citizen at once: a unique index
forbids a second row that is being sent.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.clock import Clock
from bot.dialogue.messages import Outgoing, from_json, to_json
from bot.notices.outbox import LEASE, Blocked, NotSent, Outcome, OutsideWindow, Row, Sent, Unknown
from bot.store.database import Database
from bot.store.history import StoredHistory
from bot.store.scope import Scope, looked_up
from bot.store.tables import conversations
from bot.store.tables import outbox as table


def _in_state(state: str, rows: sa.FromClause = table) -> sa.ColumnElement[bool]:
    """Written out instead of bound: only then can the database use the partial indexes."""
    return rows.c.state == sa.literal_column(f"'{state}'")


_earlier = table.alias("earlier")
_NOW = sa.bindparam("now", type_=table.c.due_at.type)
_CHANNELS = sa.bindparam("channels", expanding=True, type_=sa.String)

_IS_DUE = sa.and_(_in_state("due"), table.c.due_at <= _NOW)
_RAN_OUT = sa.and_(_in_state("sending"), table.c.lease_until <= _NOW)
_SENDING = looked_up(_earlier, _earlier.c.conversation == table.c.conversation, _in_state("sending", _earlier))
_BEHIND_ANOTHER = looked_up(
    _earlier, _earlier.c.conversation == table.c.conversation, _in_state("due", _earlier), _earlier.c.id < table.c.id,
    # A reply that is to be tried again later still goes first; a notice whose time has not come does not.
    sa.or_(_earlier.c.kind == "reply", _earlier.c.due_at <= _NOW),
)
_ADDRESS = tuple(conversations.c[name] for name in ("channel", "bot", "peer", "last_seen", "unfollowed_at"))
_WITH_ADDRESS = sa.select(table, *_ADDRESS).join(conversations, conversations.c.id == table.c.conversation)
_NEXT = (
    _WITH_ADDRESS.where(_IS_DUE, conversations.c.channel.in_(_CHANNELS), ~_SENDING, ~_BEHIND_ANOTHER)
    .order_by(table.c.due_at, table.c.id).limit(sa.bindparam("most", type_=sa.Integer))
)
_LOCK_NEXT = _NEXT.with_for_update(of=table, skip_locked=True)
_OUT_OF_LEASE = sa.select(table).where(_RAN_OUT)
_LOCK_OUT_OF_LEASE = _OUT_OF_LEASE.with_for_update(skip_locked=True)
_LOCK_ONE = sa.select(table).where(table.c.id == sa.bindparam("row")).with_for_update()
_CHANGE = table.update().where(table.c.id == sa.bindparam("row"))
_sent_before = table.alias("sent_before")
_LAST_PLACE = (
    sa.select(sa.func.coalesce(sa.func.max(_sent_before.c.place), 0))
    .where(_sent_before.c.conversation == table.c.conversation).correlate(table).scalar_subquery()
)
# One row of a conversation goes out at a time, so places grow without a gap or an equal; tried again, a row keeps its own.
_TAKE = _CHANGE.values(
    state="sending", lease_until=sa.bindparam("until", type_=table.c.lease_until.type), attempts=table.c.attempts + 1,
    place=sa.func.coalesce(table.c.place, _LAST_PLACE + 1),
)
_SENT = _CHANGE.values(
    state="sent", lease_until=None, sent_at=sa.bindparam("at", type_=table.c.sent_at.type), reference=sa.bindparam("reference"),
    payload=sa.case((table.c.forget, sa.null()), else_=table.c.payload),
)
_UNKNOWN = sa.or_(_in_state("held"), sa.and_(_RAN_OUT, sa.or_(table.c.once, table.c.unknowns > 0)))
_TO_CALL = sa.or_(
    table.c.state == "waiting",
    sa.and_(table.c.state == "blocked", table.c.kind == "notice", table.c.payload.is_not(None), table.c.due_at <= sa.bindparam("now")),
)
_LOOK_FOR_LOST_EVERY = timedelta(seconds=1)


class StoredOutbox:
    """The workers' side; each call is its own transaction. ``history`` reads what was said."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._looked_at: datetime | None = None
        self.history = StoredHistory(database, clock)

    def claim(self, channels: Collection[str]) -> Row | None:
        return next(iter(self.claim_some(channels, 1)), None)

    def claim_some(self, channels: Collection[str], most: int) -> Sequence[Row]:
        while True:
            try:
                return self._claim({"now": self._clock.now(), "channels": list(channels), "most": most})
            except sa.exc.IntegrityError:
                continue  # another worker began to send to the same citizen at this very moment: look again

    def _claim(self, values: Mapping[str, Any]) -> Sequence[Row]:
        look_for_lost = self._looked_at is None or abs(values["now"] - self._looked_at) >= _LOOK_FOR_LOST_EVERY
        if self._database.is_sqlite and not self._has_work(values, look_for_lost):
            return ()  # the common case, and it must not hold up those who write
        with self._database.writing() as connection:
            if look_for_lost:
                _free_the_lost(connection, values)
            # No two of one conversation: each but its first is behind another.
            rows = connection.execute(_LOCK_NEXT, values).all()
            if rows:
                connection.execute(_TAKE, [{"row": row.id, "until": values["now"] + LEASE} for row in rows])
            connection.commit()
        if look_for_lost:
            self._looked_at = values["now"]
        return [_row(row, row.attempts + 1) for row in rows]

    def _has_work(self, values: Mapping[str, Any], look_for_lost: bool) -> bool:
        with self._database.reading() as connection:
            lost = look_for_lost and connection.execute(_OUT_OF_LEASE, values).first() is not None
            return lost or connection.execute(_NEXT, {**values, "most": 1}).first() is not None

    def record(self, row: int, outcome: Outcome) -> None:
        self.record_all([(row, outcome)])

    def record_all(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """A late "sent" is believed whatever was decided meanwhile; other outcomes only while the row is being sent."""
        now, in_order = self._clock.now(), sorted(outcomes, key=lambda each: each[0])
        sent = [{"row": row, "at": now, "reference": outcome.reference} for row, outcome in in_order if isinstance(outcome, Sent)]
        with self._database.writing() as connection:
            if sent:
                connection.execute(_SENT, sent)
            for row, outcome in in_order:
                if isinstance(outcome, Sent):
                    continue
                held = connection.execute(_LOCK_ONE, {"row": row}).one_or_none()
                if held is None or held.state != "sending":
                    continue
                connection.execute(_CHANGE, _after(held, outcome) | {"row": row})
                if isinstance(outcome, Blocked):
                    _block(connection, held.conversation, now)
            connection.commit()

    def unknown(self) -> Sequence[Row]:
        with self._database.reading() as connection:
            rows = connection.execute(_WITH_ADDRESS.where(_UNKNOWN).order_by(table.c.id), {"now": self._clock.now()})
            return [_row(row, row.attempts) for row in rows]

    def to_call(self) -> Sequence[Row]:
        with self._database.reading() as connection:
            rows = connection.execute(_WITH_ADDRESS.where(_TO_CALL).order_by(table.c.id), {"now": self._clock.now()})
            return [_row(row, row.attempts) for row in rows]

    def called(self, row: int) -> bool:
        waits = sa.or_(_TO_CALL, _UNKNOWN)
        told = table.update().where(table.c.id == row, waits).values(state="dropped", payload=None, lease_until=None)
        with self._database.writing() as connection:
            done: int = connection.execute(told, {"now": self._clock.now()}).rowcount
            connection.commit()
        return done == 1

    def count_unknown(self) -> int:
        with self._database.reading() as connection:
            counted = sa.select(sa.func.count()).select_from(table).where(_UNKNOWN)
            return connection.execute(counted, {"now": self._clock.now()}).scalar_one()


class StoredNotices:
    """The turn's side: messages said unasked."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def queue(self, citizen: int, cause: str, message: Outgoing, due_at: datetime) -> bool:
        """One taken back may be queued again. To a citizen who blocked us nothing is sent before they write again."""
        state = "blocked" if self._is_blocked(citizen) else "due"
        values = new_row(citizen, cause, message, self._scope.now(), due_at)
        values |= {"kind": "notice", "once": True, "state": state}
        if self._scope.add(table, values) is not None:
            return True
        again = {"state": state, "payload": values["payload"], "due_at": due_at, "forget": False}
        return self._scope.changed(table.update().where(*_of(citizen, cause), _in_state("dropped")).values(again)) == 1

    def drop(self, citizen: int, cause: str) -> bool:
        return self._take_back(*_of(citizen, cause)) == 1

    def drop_all(self, citizen: int, causes: str) -> int:
        return self._take_back(table.c.conversation == citizen, table.c.cause.startswith(causes, autoescape=True))

    def _take_back(self, *which: sa.ColumnElement[bool]) -> int:
        waits = sa.and_(table.c.kind == "notice", table.c.state.in_(("due", "blocked", "waiting")))
        return self._scope.changed(table.update().where(*which, waits).values(state="dropped", payload=None))

    def _is_blocked(self, citizen: int) -> bool:
        query = sa.select(conversations.c.blocked_at).where(conversations.c.id == citizen)
        return self._scope.connection.execute(query).scalar_one_or_none() is not None


def new_row(conversation: int, cause: str, message: Outgoing, now: datetime, due_at: datetime) -> dict[str, Any]:
    return {
        "conversation": conversation, "kind": message.kind, "cause": cause, "payload": to_json(message), "state": "due",
        "once": message.once or message.kind == "notice", "forget": False, "attempts": 0, "unknowns": 0,
        "created_at": now, "due_at": due_at,
    }


def unblock(connection: sa.Connection, conversation: int, now: datetime) -> None:
    """The citizen writes to us again: what is to be said later may be said; what is past its time stays unsaid."""
    connection.execute(conversations.update().where(conversations.c.id == conversation).values(blocked_at=None))
    later = table.update().where(table.c.conversation == conversation, _in_state("blocked"), table.c.due_at > now)
    connection.execute(later.where(table.c.payload.is_not(None)).values(state="due"))


def open_window(connection: sa.Connection, conversation: int) -> None:
    """The citizen writes: what waited outside the channel's window may be said."""
    waits = table.update().where(table.c.conversation == conversation, table.c.state == "waiting")
    connection.execute(waits.where(table.c.payload.is_not(None)).values(state="due"))


def _free_the_lost(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Rows that somebody began to send and never told the end of."""
    for lost in connection.execute(_LOCK_OUT_OF_LEASE, values).all():
        connection.execute(_CHANGE, _after_unknown(lost) | {"row": lost.id})


def _block(connection: sa.Connection, conversation: int, now: datetime) -> None:
    connection.execute(conversations.update().where(conversations.c.id == conversation).values(blocked_at=now))
    due = table.update().where(table.c.conversation == conversation, _in_state("due"))
    connection.execute(due.values(state="blocked"))


def _of(citizen: int, cause: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.conversation == citizen, table.c.cause == cause


def _after(row: sa.Row[Any], outcome: NotSent | Unknown | Blocked | OutsideWindow) -> dict[str, Any]:
    if isinstance(outcome, NotSent):
        return {"state": "due", "lease_until": None, "due_at": outcome.retry_at}
    if isinstance(outcome, Blocked):
        return _through(row, "blocked")
    if isinstance(outcome, OutsideWindow):
        return {"state": "dropped", "lease_until": None, "payload": None} if row.forget else {"state": "waiting", "lease_until": None}
    return _after_unknown(row)


def _after_unknown(row: sa.Row[Any]) -> dict[str, Any]:
    """A reply is sent once more: a repeat is harmless, silence is not. A ticket or a fee said twice is not harmless."""
    if row.once or row.unknowns > 0:
        return _through(row, "held") | {"unknowns": row.unknowns + 1}
    return {"state": "due", "lease_until": None, "unknowns": row.unknowns + 1}


def _through(row: sa.Row[Any], state: str) -> dict[str, Any]:
    if not row.forget:
        return {"state": state, "lease_until": None}
    return {"state": "dropped" if state == "held" else state, "lease_until": None, "payload": None}


def _row(row: sa.Row[Any], attempts: int) -> Row:
    message = Outgoing("") if row.payload is None else from_json(row.payload)
    return Row(row.id, row.conversation, row.channel, row.bot, row.peer, message, attempts, row.last_seen, row.unfollowed_at is not None)
