"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _partial_index(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    _conversations()
    _dossiers()
    _guidance_log()
    _key_check()
    _bookings()
    _call_backs()
    _complaints()
    _consents()
    _data_requests()
    _follows()
    _inbox()
    _outbox()
    _ratings()
    _readiness()
    _wrong_tries()


def downgrade() -> None:
    for table in (
        "wrong_tries", "readiness", "ratings", "outbox", "inbox", "follows", "data_requests", "consents",
        "complaints", "call_backs", "bookings", "key_check", "guidance_log", "dossiers", "conversations",
    ):
        op.drop_table(table)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", _big(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("first_seen", _instant(), nullable=False),
        sa.Column("last_seen", _instant(), nullable=False),
        sa.Column("blocked_at", _instant(), nullable=True),
        sa.UniqueConstraint("channel", "bot", "peer", name="uq_conversations_channel_bot_peer"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_conversations_last_seen", "conversations", ["last_seen"])


def _dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("as_of", _instant(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("supplement_by", sa.Date(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_dossiers"),
    )
    op.create_index("ix_dossiers_due_on", "dossiers", ["due_on"])


def _guidance_log() -> None:
    op.create_table(
        "guidance_log",
        sa.Column("id", _big(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("facet", sa.String(), nullable=False),
        sa.Column("catalogue_version", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_guidance_log"),
    )
    op.create_index("ix_guidance_log_at_id", "guidance_log", ["at", "id"])


def _key_check() -> None:
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("lookup_hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_check"),
    )


def _bookings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", _big(), nullable=False),
        sa.Column("citizen", _big(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("start", _instant(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held_until", _instant(), nullable=True),
        sa.Column("ticket", sa.String(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_bookings_citizen"),
        sa.UniqueConstraint("ticket", name="uq_bookings_ticket"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bookings_citizen", "bookings", ["citizen"])
    _partial_index("ix_bookings_held", "bookings", ["held_until"], "state = 'held'")
    op.create_index("ix_bookings_office_start", "bookings", ["office", "start"])
    _partial_index(
        "uq_bookings_errand", "bookings", ["citizen", "procedure"],
        "state IN ('held', 'confirmed') AND procedure <> '' AND NOT begun", unique=True,
    )
    _partial_index(
        "uq_bookings_seat", "bookings", ["office", "counter", "start", "seat"],
        "state IN ('held', 'confirmed')", unique=True,
    )


def _call_backs() -> None:
    op.create_table(
        "call_backs",
        sa.Column("id", _big(), nullable=False),
        sa.Column("citizen", _big(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("about_hash", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("promised_by", _instant(), nullable=True),
        sa.Column("done_at", _instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_call_backs"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_call_backs_citizen"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_call_backs_citizen", "call_backs", ["citizen"])
    _partial_index(
        "uq_call_backs_waiting", "call_backs", ["citizen", "why", "about_hash"],
        "done_at IS NULL", unique=True,
    )


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("citizen", _big(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("receipt", name="pk_complaints"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_complaints_citizen"),
    )
    op.create_index("ix_complaints_citizen", "complaints", ["citizen"])


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("citizen", _big(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("told_at", _instant(), nullable=False),
        sa.Column("withdrawn_at", _instant(), nullable=True),
        sa.PrimaryKeyConstraint("citizen", "purpose", name="pk_consents"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_consents_citizen"),
    )


def _data_requests() -> None:
    op.create_table(
        "data_requests",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("citizen", _big(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("done_at", _instant(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_data_requests"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_data_requests_citizen"),
    )
    op.create_index("ix_data_requests_citizen", "data_requests", ["citizen"])


def _follows() -> None:
    op.create_table(
        "follows",
        sa.Column("id", _big(), nullable=False),
        sa.Column("citizen", _big(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.UniqueConstraint("citizen", "code_hash", name="uq_follows_citizen_code_hash"),
        sa.PrimaryKeyConstraint("id", name="pk_follows"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_follows_citizen"),
    )
    op.create_index("ix_follows_code_hash", "follows", ["code_hash"])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _big(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("conversation", _big(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("received_at", _instant(), nullable=False),
        sa.Column("done_at", _instant(), nullable=True),
        sa.Column("dead_at", _instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.UniqueConstraint("channel", "bot", "event_id", name="uq_inbox_channel_bot_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_inbox_conversation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_conversation", "inbox", ["conversation"])
    _partial_index("ix_inbox_dead", "inbox", ["dead_at"], "dead_at IS NOT NULL")
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    _partial_index("ix_inbox_unfinished", "inbox", ["id"], "done_at IS NULL")
    _partial_index("ix_inbox_unfinished_of", "inbox", ["conversation", "id"], "done_at IS NULL")


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _big(), nullable=False),
        sa.Column("conversation", _big(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("forget", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unknowns", sa.Integer(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("lease_until", _instant(), nullable=True),
        sa.Column("sent_at", _instant(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.UniqueConstraint("cause", "conversation", name="uq_outbox_cause_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["conversation"], ["conversations.id"], name="fk_outbox_conversation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_conversation_place", "outbox", ["conversation", "place"])
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])
    _partial_index("ix_outbox_due", "outbox", ["due_at", "id"], "state = 'due'")
    _partial_index("ix_outbox_due_of", "outbox", ["conversation", "id"], "state = 'due'")
    _partial_index("ix_outbox_held", "outbox", ["id"], "state = 'held'")
    _partial_index("uq_outbox_sending", "outbox", ["conversation"], "state = 'sending'", unique=True)


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", _big(), nullable=False),
        sa.Column("citizen", _big(), nullable=True),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_ratings_citizen"),
    )
    op.create_index("ix_ratings_citizen", "ratings", ["citizen"])


def _readiness() -> None:
    op.create_table(
        "readiness",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("citizen", _big(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("procedure_case", sa.String(), nullable=True),
        sa.Column("ticked", sa.String(), nullable=False),
        sa.Column("catalogue_version", sa.String(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_readiness"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_readiness_citizen"),
    )
    op.create_index("ix_readiness_citizen", "readiness", ["citizen"])


def _wrong_tries() -> None:
    op.create_table(
        "wrong_tries",
        sa.Column("id", _big(), nullable=False),
        sa.Column("citizen", _big(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_tries"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_wrong_tries_citizen"),
    )
    op.create_index("ix_wrong_tries_citizen_at", "wrong_tries", ["citizen", "at"])
    op.create_index("ix_wrong_tries_code_hash_at", "wrong_tries", ["code_hash", "at"])
