"""Intake and turns: an event is stored before a wire hears of it, and done in the transaction that answers it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from bot.clock import Clock
from bot.dialogue.messages import OF_THE_CITIZEN, Incoming, Outgoing
from bot.dialogue.turns import Event
from bot.store.crypto import Keys
from bot.store.database import Database
from bot.store.outbox import new_row, open_window, unblock
from bot.store.scope import Scope, looked_up
from bot.store.tables import conversations, inbox, outbox

R = TypeVar("R")

_earlier = inbox.alias("earlier")
_UNFINISHED = inbox.c.done_at.is_(None)
_NOT_FIRST = looked_up(
    _earlier, _earlier.c.conversation == inbox.c.conversation, _earlier.c.done_at.is_(None), _earlier.c.id < inbox.c.id
)
_ANY = "SELECT 1 FROM inbox WHERE done_at IS NULL LIMIT 1"
# The weaker of the two row locks: it keeps a second turn out but lets the citizen's next event be stored meanwhile.
_HOLD = (
    sa.select(inbox.c.conversation)
    .join(conversations, conversations.c.id == inbox.c.conversation)
    .where(_UNFINISHED, ~_NOT_FIRST)
    .order_by(inbox.c.id)
    .limit(sa.literal_column("1"))  # bound, it would make the plan one for many rows, which sorts the whole backlog
    .with_for_update(of=conversations, skip_locked=True, key_share=True)
)
_NEXT = (
    sa.select(inbox, conversations.c.peer, conversations.c.state)
    .join(conversations, conversations.c.id == inbox.c.conversation)
    .where(_UNFINISHED)
    .order_by(inbox.c.id)
    .limit(1)
)
_NEXT_OF = _NEXT.where(inbox.c.conversation == sa.bindparam("of"))
_CONVERSATION = sa.select(conversations.c.id, conversations.c.blocked_at).where(
    conversations.c.channel == sa.bindparam("channel"), conversations.c.bot == sa.bindparam("bot"),
    conversations.c.peer == sa.bindparam("peer"),
)
_SAY = outbox.insert()
_OF_EVENT = inbox.update().where(inbox.c.id == sa.bindparam("event"), _UNFINISHED)
_OF_CONVERSATION = conversations.update().where(conversations.c.id == sa.bindparam("conversation"))
_FOLLOWS = {"follow": False, "unfollow": True}
"""What of these says whether unasked messages are unwelcome from now on."""


class _Strange(Exception):
    """An event that cannot be stored together with others."""


class StoredTurn(Generic[R]):
    """One event of a conversation that nobody else holds, inside its transaction."""

    def __init__(self, scope: Scope, event: Event, state: Mapping[str, Any] | None, repositories: R) -> None:
        self._scope, self._event, self._state, self._repositories = scope, event, state, repositories

    @property
    def event(self) -> Event:
        return self._event

    @property
    def state(self) -> Mapping[str, Any] | None:
        return self._state

    @property
    def repositories(self) -> R:
        return self._repositories

    def commit(self, state: Mapping[str, Any], outgoing: Sequence[Outgoing]) -> None:
        connection, now, event = self._scope.connection, self._scope.now(), self._event
        values: dict[str, Any] = {"conversation": event.conversation, "state": state}
        if event.incoming.kind in _FOLLOWS:
            values["unfollowed_at"] = now if _FOLLOWS[event.incoming.kind] else None
        if event.incoming.kind in OF_THE_CITIZEN:
            values["last_seen"] = now
            open_window(connection, event.conversation)
        connection.execute(_OF_CONVERSATION, values)
        if outgoing:
            connection.execute(_SAY, [
                new_row(event.conversation, f"event:{event.id}:{number}", message, now, due_at=now)
                for number, message in enumerate(outgoing)
            ])
        connection.execute(_OF_EVENT, {"event": event.id, "done_at": now})
        connection.commit()


class StoredTurns(Generic[R]):
    """*repositories* makes the repositories of one transaction."""

    def __init__(self, database: Database, keys: Keys, clock: Clock, repositories: Callable[[Scope], R]) -> None:
        self._database, self._keys, self._clock, self._repositories = database, keys, clock, repositories

    def intake(self, incoming: Incoming) -> bool:
        for last in (False, True):
            try:
                with self._database.writing() as connection:
                    new = self._add_event(connection, incoming)
                    if new:
                        connection.commit()
                    return new  # leaving without commit also takes back a conversation that only the duplicate began
            except sa.exc.IntegrityError:
                # Retention forgot the silent citizen at the very moment they wrote again: the conversation begins anew.
                if last:
                    raise
        return False

    def intake_all(self, incoming: Sequence[Incoming]) -> list[bool]:
        """All in one transaction; a stranger among them, such as a duplicate, makes each be stored on its own."""
        if len(incoming) > 1:
            with suppress(_Strange, sa.exc.IntegrityError):
                return self._intake_together(incoming)
        return [self.intake(each) for each in incoming]

    def _intake_together(self, incoming: Sequence[Incoming]) -> list[bool]:
        with self._database.writing() as connection:
            # Two processes that store the same events wait for each other: never crosswise.
            for each in sorted(incoming, key=lambda each: (each.channel, each.bot, each.peer)):
                if not self._add_event(connection, each):
                    raise _Strange
            connection.commit()
        return [True] * len(incoming)

    def _add_event(self, connection: sa.Connection, incoming: Incoming) -> bool:
        scope, now = Scope(connection, self._clock, self._keys), self._clock.now()
        conversation = _conversation_of(scope, incoming, now)
        new = scope.add(inbox, {
            "channel": incoming.channel, "bot": incoming.bot, "event_id": incoming.event_id,
            "conversation": conversation, "payload": _payload(incoming), "received_at": now, "attempts": 0,
        })
        return new is not None

    @contextmanager
    def open_turn(self) -> Iterator[StoredTurn[R] | None]:
        # Asked first: on SQLite opening a turn takes the only write lock, and mostly there is nothing to do.
        if self._database.is_sqlite and not self._database.finds(_ANY):
            yield None
            return
        with self._database.writing() as connection:
            row = _next_event(connection)
            if row is None:
                connection.commit()
                yield None
                return
            scope = Scope(connection, self._clock, self._keys, event=row.id)
            event = Event(row.id, row.conversation, _incoming(row), row.attempts)
            yield StoredTurn(scope, event, row.state, self._repositories(scope))

    def failed(self, event: Event, apology: Outgoing | None) -> None:
        """Leaves an event alone that is done: the failure may have been the answer to the commit getting lost."""
        now = self._clock.now()
        with self._database.writing() as connection:
            values: dict[str, Any] = {"event": event.id, "attempts": event.attempts + 1}
            if apology is not None:
                values |= {"done_at": now, "dead_at": now}
            if connection.execute(_OF_EVENT, values).rowcount == 0:
                return
            if apology is not None:
                if event.incoming.kind in OF_THE_CITIZEN:  # an apology answers somebody who wrote: their window is open
                    connection.execute(_OF_CONVERSATION, {"conversation": event.conversation, "last_seen": now})
                row = new_row(event.conversation, f"event:{event.id}:apology", apology, now, due_at=now)
                connection.execute(_SAY, row)
            connection.commit()


def _conversation_of(scope: Scope, incoming: Incoming, now: datetime) -> int:
    address = {"channel": incoming.channel, "bot": incoming.bot, "peer": incoming.peer}
    row = scope.connection.execute(_CONVERSATION, address).one_or_none()
    if row is None:
        new = scope.add(conversations, address | {"first_seen": now, "last_seen": now})
        if new is not None:
            return new
        row = scope.connection.execute(_CONVERSATION, address).one()
    if row.blocked_at is not None and incoming.kind in OF_THE_CITIZEN:
        unblock(scope.connection, row.id, now)
    conversation: int = row.id
    return conversation


def _next_event(connection: sa.Connection) -> sa.Row[Any] | None:
    """On PostgreSQL a conversation is held first, then its oldest event read anew: another may just have done it."""
    if connection.dialect.name == "sqlite":
        return connection.execute(_NEXT).first()
    while (conversation := connection.execute(_HOLD).scalar_one_or_none()) is not None:
        row = connection.execute(_NEXT_OF, {"of": conversation}).first()
        if row is not None:
            return row
    return None


def _payload(incoming: Incoming) -> dict[str, Any]:
    sent_at = incoming.sent_at.isoformat()
    payload = {"kind": incoming.kind, "text": incoming.text, "sent_at": sent_at, "photo": incoming.photo}
    return payload | ({"details": dict(incoming.details)} if incoming.details else {})


def _incoming(row: sa.Row[Any]) -> Incoming:
    payload = row.payload
    return Incoming(
        channel=row.channel, bot=row.bot, event_id=row.event_id, peer=row.peer, kind=payload["kind"],
        text=payload["text"], sent_at=datetime.fromisoformat(payload["sent_at"]), photo=payload["photo"],
        details=payload.get("details", {}),
    )
