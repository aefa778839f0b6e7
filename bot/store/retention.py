"""Forgetting in time: each kind is emptied or deleted when ``privacy.model.KEEP`` says so."""

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.clock import Clock, local
from bot.privacy.model import KEEP
from bot.store.database import Database
from bot.store.tables import (
    bookings,
    call_backs,
    check_ins,
    closures,
    complaints,
    consents,
    conversations,
    data_requests,
    dossiers,
    follows,
    inbox,
    metadata,
    misses,
    outbox,
    postal_addresses,
    postal_events,
    postal_manifests,
    postal_orders,
    ratings,
    readiness,
    sent_home,
    wrong_tries,
)

_GOES_WITH_THE_CONVERSATION = (consents, data_requests)


class StoredRetention:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def run(self) -> Mapping[str, int]:
        """A transaction for each kind: citizens' turns come in between."""
        counts = {kind: self._forget(kind, forget) for kind, forget in _FORGET.items()}
        forgotten = {kind: count for kind, count in counts.items() if count}
        if forgotten:
            self._database.tidy()
        return forgotten

    def _forget(self, kind: str, forget: "_Forget") -> int:
        try:
            with self._database.writing() as connection:
                count = forget(connection, self._clock.now() - KEEP[kind])
                connection.commit()
            return count
        except sa.exc.IntegrityError:
            return 0  # somebody who was to be forgotten wrote at this very moment; the next run sees that


_Forget = Callable[[sa.Connection, datetime], int]


def _older(table: sa.Table, instant: str) -> _Forget:
    """Deletes the rows of *table* whose *instant* is past its time; a row without one stays."""
    return lambda connection, before: connection.execute(table.delete().where(table.c[instant] < before)).rowcount


def _inbox(connection: sa.Connection, before: datetime) -> int:
    old = inbox.update().where(inbox.c.received_at < before, inbox.c.done_at.is_not(None), inbox.c.payload.is_not(None))
    return connection.execute(old.values(payload=None)).rowcount


def _inbox_keys(connection: sa.Connection, before: datetime) -> int:
    return connection.execute(inbox.delete().where(inbox.c.received_at < before, inbox.c.done_at.is_not(None))).rowcount


def _outbox(connection: sa.Connection, before: datetime) -> int:
    """A notice that is still to come stays; one that could not be sent in all that time goes."""
    to_come = sa.and_(outbox.c.state.in_(("due", "sending", "blocked", "waiting")), outbox.c.due_at >= before)
    return connection.execute(outbox.delete().where(outbox.c.created_at < before, ~to_come)).rowcount


def _conversation(connection: sa.Connection, before: datetime) -> int:
    """Emptied at once; the address goes too as soon as nothing that has to stay longer hangs on it."""
    quiet = conversations.c.last_seen < before
    full = conversations.update().where(quiet, conversations.c.state.is_not(None))
    emptied = connection.execute(full.values(state=None)).rowcount
    _end_follows(connection, before)
    needed = (sa.exists().where(column == conversations.c.id) for column in _holders())
    free = sa.select(conversations.c.id).where(quiet, *(~each for each in needed))
    for table in _GOES_WITH_THE_CONVERSATION:
        connection.execute(table.delete().where(table.c.citizen.in_(free)))
    return emptied + connection.execute(conversations.delete().where(conversations.c.id.in_(free))).rowcount


def _holders() -> list[sa.Column[int]]:
    """The columns that keep a conversation; a request about one's data does so until it is answered."""
    keys = (key for table in metadata.sorted_tables for key in table.foreign_keys if key.column.table is conversations)
    return [key.parent for key in keys if key.parent.table not in _GOES_WITH_THE_CONVERSATION]


def _end_follows(connection: sa.Connection, before: datetime) -> None:
    """Quiet citizens stop following what is gone or was given back long ago; codes compare only once decrypted."""
    quiet = sa.select(follows.c.id, follows.c.code).join(conversations).where(conversations.c.last_seen < before)
    for follow, code in connection.execute(quiet).all():
        dossier = connection.execute(sa.select(dossiers.c.returned_on).where(dossiers.c.code == code)).one_or_none()
        if dossier is None or (dossier.returned_on is not None and dossier.returned_on < before.date()):
            connection.execute(follows.delete().where(follows.c.id == follow))


def _post(connection: sa.Connection, before: datetime) -> int:
    """Orders that are over long enough, and those whose citizen asked for erasing while they were on their way. A list goes when nothing
    of it is left and no list of its year can be made any more: its running number must not come back.
    """
    done = sa.or_(postal_orders.c.over_at < before, sa.and_(postal_orders.c.forget, postal_orders.c.over_at.is_not(None)))
    gone = sa.select(postal_orders.c.id).where(done)
    connection.execute(postal_events.delete().where(postal_events.c.postal_order.in_(gone)))
    count = connection.execute(postal_orders.delete().where(done)).rowcount
    listed = sa.exists().where(postal_orders.c.manifest == postal_manifests.c.code)
    connection.execute(postal_manifests.delete().where(postal_manifests.c.year < local(before).year, ~listed))
    return count


def _past(table: sa.Table, day: str) -> _Forget:
    """The same where only the day is known: a row goes when its whole day is past its time."""
    return lambda connection, before: connection.execute(table.delete().where(table.c[day] < local(before).date())).rowcount


_FORGET: Mapping[str, _Forget] = {
    "inbox": _inbox,
    "inbox_keys": _inbox_keys,
    "outbox": _outbox,
    "appointment": _older(bookings, "start"),
    "call_back": _older(call_backs, "done_at"),
    "complaint": _older(complaints, "at"),
    "readiness": _older(readiness, "at"),
    "wrong_try": _older(wrong_tries, "at"),
    "rating": _older(ratings, "at"),
    "miss": _past(misses, "day"),
    "check_in": _past(check_ins, "day"),
    "sent_home": _past(sent_home, "day"),
    "closure": _past(closures, "last"),
    "dossier": _older(dossiers, "as_of"),
    "post": _post,
    "post_address": _older(postal_addresses, "used_at"),
    "conversation": _conversation,
}
