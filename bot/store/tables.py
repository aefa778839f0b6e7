"""The tables. What tells of a person is encrypted, except a channel's peer id, without which nobody could be answered.

No WHERE and no unique constraint stands on an encrypted column; where equality is asked, a ``*_hash`` column beside it
answers.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bot.store.crypto import EncryptedJson, EncryptedText


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored as UTC, aware in Python on both databases (SQLite gives naive ones back)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware; a naive one says nothing")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
})

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", BigId, primary_key=True)


def _citizen(**more: Any) -> sa.Column[int]:
    return sa.Column("citizen", BigId, sa.ForeignKey("conversations.id"), **{"nullable": False, **more})


def _index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """A partial index. A query that is to use it must write the constants out, not bind them."""
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_LIVE = "state IN ('held', 'confirmed')"
_STANDS_FOR_ERRAND = "procedure <> '' AND NOT begun"
_NOT_OVER = "over_at IS NULL"

# An id must not come back after its row is deleted: a notice, a booking or a log line may still name it.
_NEVER_AGAIN: dict[str, Any] = {"sqlite_autoincrement": True}

key_check = sa.Table(
    "key_check", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("secret", EncryptedText, nullable=False),
    sa.Column("lookup_hash", sa.String, nullable=False),
)
"""One row that tells whether the keys given are the keys that the database was filled with."""

conversations = sa.Table(
    "conversations", metadata,
    _id(),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("bot", sa.String, nullable=False),
    sa.Column("peer", sa.String, nullable=False),
    sa.Column("state", EncryptedJson),
    sa.Column("first_seen", UtcDateTime, nullable=False),
    sa.Column("last_seen", UtcDateTime, nullable=False),
    sa.Column("blocked_at", UtcDateTime),
    sa.Column("unfollowed_at", UtcDateTime),
    sa.UniqueConstraint("channel", "bot", "peer"),
    sa.Index(None, "last_seen"),
    **_NEVER_AGAIN,
)
"""``last_seen`` is when the citizen last turned to us. Whoever is ``unfollowed_at`` may write, but wants nothing said unasked."""

inbox = sa.Table(
    "inbox", metadata,
    _id(),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("bot", sa.String, nullable=False),
    sa.Column("event_id", sa.String, nullable=False),
    sa.Column("conversation", BigId, sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("payload", EncryptedJson),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Column("dead_at", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.UniqueConstraint("channel", "bot", "event_id"),
    sa.Index(None, "received_at"),
    sa.Index(None, "conversation"),
    _index("ix_inbox_unfinished", "id", where="done_at IS NULL"),
    _index("ix_inbox_unfinished_of", "conversation", "id", where="done_at IS NULL"),
    _index("ix_inbox_dead", "dead_at", where="dead_at IS NOT NULL"),
    **_NEVER_AGAIN,
)
"""An event is unfinished until ``done_at`` is set; ``dead_at`` besides says that it was answered with an apology."""

outbox = sa.Table(
    "outbox", metadata,
    _id(),
    sa.Column("conversation", BigId, sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("payload", EncryptedJson),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("once", sa.Boolean, nullable=False),
    sa.Column("forget", sa.Boolean, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("unknowns", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("reference", sa.String),
    sa.Column("place", sa.Integer),
    sa.UniqueConstraint("cause", "conversation"),
    sa.Index(None, "created_at"),
    sa.Index(None, "conversation", "place"),
    _index("ix_outbox_due", "due_at", "id", where="state = 'due'"),
    _index("ix_outbox_due_of", "conversation", "id", where="state = 'due'"),
    _index("uq_outbox_sending", "conversation", where="state = 'sending'", unique=True),
    _index("ix_outbox_held", "id", where="state = 'held'"),
    **_NEVER_AGAIN,
)
"""``state`` is due, sending, sent, held, waiting (for the citizen to write), blocked or dropped; ids give the order within a conversation.

``uq_outbox_sending`` is what keeps two workers from sending to one citizen at once. ``unknowns`` counts sends whose
outcome nobody knows; ``forget`` empties the text as soon as the row is through. ``place`` counts the rows of the
conversation in the order in which they went out.
"""

bookings = sa.Table(
    "bookings", metadata,
    _id(),
    _citizen(),
    sa.Column("office", sa.String, nullable=False),
    sa.Column("counter", sa.String, nullable=False),
    sa.Column("start", UtcDateTime, nullable=False),
    sa.Column("seat", sa.Integer, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("procedure", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("held_until", UtcDateTime),
    sa.Column("ticket", sa.String, unique=True),
    sa.Column("name", EncryptedText),
    sa.Column("begun", sa.Boolean, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Index(None, "citizen"),
    sa.Index(None, "office", "start"),
    _index("uq_bookings_seat", "office", "counter", "start", "seat", where=_LIVE, unique=True),
    _index("uq_bookings_errand", "citizen", "procedure", where=f"{_LIVE} AND {_STANDS_FOR_ERRAND}", unique=True),
    _index("ix_bookings_held", "held_until", where="state = 'held'"),
    **_NEVER_AGAIN,
)
"""``begun``: its hour has passed, came or missed was not said; it no longer stands in the way of a new one."""

dossiers = sa.Table(
    "dossiers", metadata,
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("as_of", UtcDateTime, nullable=False),
    sa.Column("procedure", sa.String),
    sa.Column("unit", sa.String),
    sa.Column("office", sa.String),
    sa.Column("received_on", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("new_due_on", sa.Date),
    sa.Column("settled_on", sa.Date),
    sa.Column("returned_on", sa.Date),
    sa.Column("supplement_by", sa.Date),
    sa.Column("person", EncryptedJson, nullable=False),
    sa.Index(None, "due_on"),
)
"""``person``: who applied, the second facts, and the free words of the record."""

dossier_imports = sa.Table(
    "dossier_imports", metadata,
    _id(),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("as_of", UtcDateTime, nullable=False),
    sa.Column("facts", sa.String, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("bad_rows", sa.Integer, nullable=False),
)
"""``facts``: the second facts that the export's columns held, parted by commas."""

wrong_tries = sa.Table(
    "wrong_tries", metadata,
    _id(),
    _citizen(),
    sa.Column("code_hash", sa.String, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "citizen", "at"),
    sa.Index(None, "code_hash", "at"),
)

follows = sa.Table(
    "follows", metadata,
    _id(),
    _citizen(),
    sa.Column("code", EncryptedText, nullable=False),
    sa.Column("code_hash", sa.String, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("citizen", "code_hash"),
    sa.Index(None, "code_hash"),
)

readiness = sa.Table(
    "readiness", metadata,
    sa.Column("code", sa.String, primary_key=True),
    _citizen(),
    sa.Column("procedure", sa.String, nullable=False),
    sa.Column("procedure_case", sa.String),
    sa.Column("ticked", sa.String, nullable=False),
    sa.Column("catalogue_version", sa.String, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "citizen"),
)

guidance_log = sa.Table(
    "guidance_log", metadata,
    _id(),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("procedure", sa.String, nullable=False),
    sa.Column("facet", sa.String, nullable=False),
    sa.Column("catalogue_version", sa.String, nullable=False),
    sa.Column("decision", sa.String),
    sa.Index(None, "at", "id"),
)
"""What was told, to nobody in particular: no identity, no words."""

misses = sa.Table(
    "misses", metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("why", sa.String, nullable=False),
    sa.Column("words", EncryptedText, nullable=False),
    sa.Index(None, "day"),
)
"""Questions that found nothing right. The id is drawn by lot: a running number beside the day would give their order away."""

call_backs = sa.Table(
    "call_backs", metadata,
    _id(),
    _citizen(),
    sa.Column("why", sa.String, nullable=False),
    sa.Column("about", EncryptedText),
    sa.Column("about_hash", sa.String, nullable=False),
    sa.Column("name", EncryptedText),
    sa.Column("phone", EncryptedText, nullable=False),
    sa.Column("words", EncryptedText),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("promised_by", UtcDateTime),
    sa.Column("done_at", UtcDateTime),
    sa.Index(None, "citizen"),
    _index("uq_call_backs_waiting", "citizen", "why", "about_hash", where="done_at IS NULL", unique=True),
    **_NEVER_AGAIN,
)

complaints = sa.Table(
    "complaints", metadata,
    sa.Column("receipt", sa.String, primary_key=True),
    _citizen(nullable=True),
    sa.Column("words", EncryptedText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "citizen"),
)

ratings = sa.Table(
    "ratings", metadata,
    _id(),
    _citizen(nullable=True),
    sa.Column("scale", sa.String, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("words", EncryptedText),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "citizen"),
)

consents = sa.Table(
    "consents", metadata,
    _citizen(primary_key=True),
    sa.Column("purpose", sa.String, primary_key=True),
    sa.Column("told_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
)

data_requests = sa.Table(
    "data_requests", metadata,
    sa.Column("code", sa.String, primary_key=True),
    _citizen(),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.Index(None, "citizen"),
)

check_ins = sa.Table(
    "check_ins", metadata,
    _id(),
    sa.Column("code", sa.String, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("code", "day"),
    sa.Index(None, "day"),
)
"""By ticket or readiness code; whose that is, only the booking or the check says, as long as it is kept."""

sent_home = sa.Table(
    "sent_home", metadata,
    _id(),
    sa.Column("visit_hash", sa.String, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("procedure", sa.String, nullable=False),
    sa.Column("procedure_case", sa.String),
    sa.Column("catalogue_version", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("words", EncryptedText),
    sa.UniqueConstraint("visit_hash", "day"),
    sa.Index(None, "day"),
)
"""Which errand went wrong, to nobody in particular."""

closures = sa.Table(
    "closures", metadata,
    _id(),
    sa.Column("office", sa.String, nullable=False),
    sa.Column("counter", sa.String, nullable=False),
    sa.Column("first", sa.Date, nullable=False),
    sa.Column("last", sa.Date, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("office", "counter", "first", "last"),
)
"""Days on which nobody is received, both included; ``counter`` is empty for the whole office."""

zalo_tokens = sa.Table(
    "zalo_tokens", metadata,
    sa.Column("app", sa.String, primary_key=True),
    sa.Column("seed_hash", sa.String, nullable=False),
    sa.Column("access", EncryptedText),
    sa.Column("access_until", UtcDateTime),
    sa.Column("refresh", EncryptedText, nullable=False),
    sa.Column("refresh_since", UtcDateTime, nullable=False),
    sa.Column("lease", sa.String),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("failed_at", UtcDateTime),
    sa.Column("failure", sa.String),
)
"""The Official Account's tokens. Who holds the ``lease`` renews the pair; a refresh token is good once. ``seed_hash`` tells whether the
settings' own refresh token is still the one that this pair grew from."""


postal_manifests = sa.Table(
    "postal_manifests", metadata,
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("day", sa.Date, nullable=False, unique=True),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("running", sa.Integer, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("year", "running"),
)

postal_orders = sa.Table(
    "postal_orders", metadata,
    _id(),
    sa.Column("number", sa.String, nullable=False, unique=True),
    _citizen(),
    sa.Column("service", sa.String, nullable=False),
    sa.Column("dossier", EncryptedText),
    sa.Column("dossier_hash", sa.String),
    sa.Column("procedure", sa.String),
    sa.Column("subject_hash", sa.String, nullable=False),
    sa.Column("person", EncryptedJson, nullable=False),
    sa.Column("quote", EncryptedJson),
    sa.Column("time_of_day", sa.String, nullable=False),
    sa.Column("pair", sa.String),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("over_at", UtcDateTime),
    sa.Column("collect", sa.Integer),
    sa.Column("hand_back", EncryptedJson),
    sa.Column("sheets", sa.Integer),
    sa.Column("manifest", sa.String, sa.ForeignKey("postal_manifests.code")),
    sa.Column("place", sa.Integer),
    sa.Column("item", EncryptedText),
    sa.Column("item_hash", sa.String),
    sa.Column("forget", sa.Boolean, nullable=False),
    sa.UniqueConstraint("manifest", "place"),
    sa.Index(None, "citizen"),
    sa.Index(None, "state"),
    sa.Index(None, "dossier_hash"),
    sa.Index(None, "item_hash"),
    sa.Index(None, "over_at"),
    _index("uq_postal_orders_live", "citizen", "service", "subject_hash", where=_NOT_OVER, unique=True),
    **_NEVER_AGAIN,
)
"""``person``: whom the post visits and where, the relief claimed, the note. ``place`` counts within the manifest. ``forget``: the citizen
asked for erasing while it was on its way; it goes as soon as it is over."""

postal_events = sa.Table(
    "postal_events", metadata,
    _id(),
    sa.Column("postal_order", BigId, sa.ForeignKey("postal_orders.id"), nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("person", EncryptedJson),
    sa.Column("next_try", sa.Date),
    sa.UniqueConstraint("postal_order", "state", "day", "attempt"),
)
"""``person``: why it failed and who signed, in the post's words."""

postal_addresses = sa.Table(
    "postal_addresses", metadata,
    _citizen(primary_key=True, autoincrement=False),
    sa.Column("recipient", EncryptedJson, nullable=False),
    sa.Column("used_at", UtcDateTime, nullable=False),
    sa.Index(None, "used_at"),
)
"""Remembered for the next order, because the citizen wants it so."""


def encrypted_columns(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, EncryptedText | EncryptedJson)]
