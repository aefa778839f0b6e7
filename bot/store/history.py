"""What was said in a conversation, read from the inbox and the outbox.

An outbox row is there to be read from the moment it is claimed: then it has its ``place``, the how-manyeth row of its
conversation to go out. Places grow in the order in which readers see them, which ids do not (a reminder queued long ago
goes out today), nor instants of several machines' clocks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.clock import Clock
from bot.dialogue.messages import Outgoing, from_json
from bot.notices.history import Cursor, Heard, History, Told
from bot.store.database import Database
from bot.store.tables import conversations, inbox, outbox

MOST_SHOWN = 60
"""How far back a page shows, in messages of each side."""

_CONVERSATION = sa.select(conversations.c.id).where(
    conversations.c.channel == sa.bindparam("channel"), conversations.c.bot == sa.bindparam("bot"),
    conversations.c.peer == sa.bindparam("peer"),
)
_OF = sa.bindparam("of", type_=outbox.c.conversation.type)
_ROWS = (
    sa.select(outbox.c.id, outbox.c.place, outbox.c.cause, outbox.c.payload, outbox.c.due_at)
    .where(outbox.c.conversation == _OF, outbox.c.place > sa.bindparam("after"))
    .order_by(outbox.c.place.desc()).limit(MOST_SHOWN)
)
_EARLIER_ROWS = (
    sa.select(outbox.c.payload).where(outbox.c.conversation == _OF, outbox.c.place <= sa.bindparam("after"))
    .order_by(outbox.c.place.desc()).limit(MOST_SHOWN)
)
_EVENTS = (
    sa.select(inbox.c.id, inbox.c.payload, inbox.c.received_at)
    .where(inbox.c.conversation == _OF, inbox.c.id > sa.bindparam("after"))
    .order_by(inbox.c.id.desc()).limit(MOST_SHOWN)
)
_ROW = sa.select(outbox.c.id, outbox.c.payload, outbox.c.due_at).where(
    outbox.c.conversation == _OF, outbox.c.id == sa.bindparam("row"), outbox.c.place.is_not(None), outbox.c.payload.is_not(None)
)
_MESSAGE = sa.select(outbox.c.payload).join(conversations, conversations.c.id == outbox.c.conversation).where(
    conversations.c.channel == sa.bindparam("channel"), outbox.c.id == sa.bindparam("row"), outbox.c.place.is_not(None),
)
_FORGOTTEN = sa.select(sa.func.coalesce(sa.func.max(outbox.c.place), 0)).where(outbox.c.conversation == _OF, outbox.c.payload.is_(None))
_UNANSWERED = sa.select(inbox.c.id).where(inbox.c.conversation == _OF, inbox.c.done_at.is_(None)).limit(1)
_UNSENT = sa.select(outbox.c.id).where(
    outbox.c.conversation == _OF, outbox.c.state == sa.literal_column("'due'"), outbox.c.place.is_(None),
    outbox.c.due_at <= sa.bindparam("now", type_=outbox.c.due_at.type),
).limit(1)
_HEARD_SINCE = sa.select(sa.func.count()).select_from(inbox).where(
    inbox.c.conversation == _OF, inbox.c.received_at > sa.bindparam("moment", type_=inbox.c.received_at.type)
)

Address = tuple[str, str, str]


class StoredHistory:
    """Each call is its own reading transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def read(self, address: Address, after: Cursor | None = None) -> History:
        start = after or Cursor()
        with self._database.reading() as connection:
            conversation = _conversation(connection, address)
            if conversation is None:
                return History((), start)
            rows = connection.execute(_ROWS, {"of": conversation, "after": start.place}).all()[::-1]
            events = connection.execute(_EVENTS, {"of": conversation, "after": start.event}).all()[::-1]
            forgotten = connection.execute(_FORGOTTEN, {"of": conversation}).scalar_one()
            cursor = Cursor(rows[-1].place if rows else start.place, events[-1].id if events else start.event, forgotten)
            if after is None and len(rows) == MOST_SHOWN:
                events = [each for each in events if each.id >= _answered(rows[0].cause)]
            labels = _labels(row.payload for row in rows)
            if any(value not in labels for value in _pressed(events)):
                earlier = connection.execute(_EARLIER_ROWS, {"of": conversation, "after": start.place}).scalars()
                labels = _labels(earlier) | labels
        return History(tuple(_in_order(rows, events, labels)), cursor)

    def told(self, address: Address, row: int) -> Told | None:
        with self._database.reading() as connection:
            conversation = _conversation(connection, address)
            found = connection.execute(_ROW, {"of": conversation, "row": row}).one_or_none() if conversation is not None else None
        return None if found is None else Told(found.id, from_json(found.payload), found.due_at)

    def message(self, channel: str, row: int) -> Outgoing | None:
        with self._database.reading() as connection:
            payload = connection.execute(_MESSAGE, {"channel": channel, "row": row}).scalar_one_or_none()
        return None if payload is None else from_json(payload)

    def waiting(self, address: Address) -> bool:
        with self._database.reading() as connection:
            conversation = _conversation(connection, address)
            if conversation is None:
                return False
            values = {"of": conversation, "now": self._clock.now()}
            return any(connection.execute(query, values).first() is not None for query in (_UNANSWERED, _UNSENT))

    def heard_since(self, address: Address, moment: datetime) -> int:
        with self._database.reading() as connection:
            conversation = _conversation(connection, address)
            if conversation is None:
                return 0
            return connection.execute(_HEARD_SINCE, {"of": conversation, "moment": moment}).scalar_one()


def _conversation(connection: sa.Connection, address: Address) -> int | None:
    values = dict(zip(("channel", "bot", "peer"), address, strict=True))
    return connection.execute(_CONVERSATION, values).scalar_one_or_none()


def _in_order(rows: Sequence[Any], events: Sequence[Any], labels: Mapping[str, str]) -> Iterator[Heard | Told]:
    """The rows by place; an event before the first row that answers it, or a later one. Forgotten ones are left out."""
    waiting = [(event.id, heard) for event in events if (heard := _heard(event, labels)) is not None]
    for row in rows:
        answered = _answered(row.cause)
        while waiting and waiting[0][0] <= answered:
            yield waiting.pop(0)[1]
        if row.payload is not None:
            yield Told(row.id, from_json(row.payload), row.due_at)
    yield from (heard for _, heard in waiting)


def _answered(cause: str) -> int:
    """The event that a row answers; 0 for what is said unasked."""
    kind, _, rest = cause.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "event" and number.isdigit() else 0


def _heard(event: Any, labels: Mapping[str, str]) -> Heard | None:
    if event.payload is None:
        return None
    kind, text = event.payload["kind"], event.payload["text"]
    return Heard(event.id, kind, labels.get(text, "") if kind == "choice" else text, event.received_at)


def _pressed(events: Iterable[Any]) -> Iterator[str]:
    for event in events:
        if event.payload is not None and event.payload["kind"] == "choice":
            yield event.payload["text"]


def _labels(payloads: Iterable[Any]) -> dict[str, str]:
    """Of every choice that was offered its label, by value."""
    return {value: label for payload in payloads if payload is not None for label, value in payload["choices"]}
