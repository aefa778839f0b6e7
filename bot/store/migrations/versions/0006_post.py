"""Postal orders, what happened to them, the lists handed to the post, and addresses remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "postal_manifests",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_postal_manifests"),
        sa.UniqueConstraint("year", "running", name="uq_postal_manifests_year_running"),
        sa.UniqueConstraint("day", name="uq_postal_manifests_day"),
    )
    op.create_table(
        "postal_orders",
        sa.Column("id", id_type, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("citizen", id_type, nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=True),
        sa.Column("dossier_hash", sa.String(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("subject_hash", sa.String(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("time_of_day", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collect", sa.Integer(), nullable=True),
        sa.Column("hand_back", sa.Text(), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("manifest", sa.String(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("item_hash", sa.String(), nullable=True),
        sa.Column("forget", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_postal_orders"),
        sa.UniqueConstraint("manifest", "place", name="uq_postal_orders_manifest_place"),
        sa.UniqueConstraint("number", name="uq_postal_orders_number"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_postal_orders_citizen"),
        sa.ForeignKeyConstraint(["manifest"], ["postal_manifests.code"], name="fk_postal_orders_manifest"),
        sqlite_autoincrement=True,
    )
    for column in ("citizen", "dossier_hash", "item_hash", "over_at", "state"):
        op.create_index(f"ix_postal_orders_{column}", "postal_orders", [column])
    not_over = sa.text("over_at IS NULL")
    op.create_index(
        "uq_postal_orders_live", "postal_orders", ["citizen", "service", "subject_hash"], unique=True,
        sqlite_where=not_over, postgresql_where=not_over,
    )
    op.create_table(
        "postal_events",
        sa.Column("id", id_type, nullable=False),
        sa.Column("postal_order", id_type, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("next_try", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_postal_events"),
        sa.UniqueConstraint("postal_order", "state", "day", "attempt", name="uq_postal_events_postal_order_state_day_attempt"),
        sa.ForeignKeyConstraint(["postal_order"], ["postal_orders.id"], name="fk_postal_events_postal_order"),
    )
    op.create_table(
        "postal_addresses",
        sa.Column("citizen", id_type, autoincrement=False, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("citizen", name="pk_postal_addresses"),
        sa.ForeignKeyConstraint(["citizen"], ["conversations.id"], name="fk_postal_addresses_citizen"),
    )
    op.create_index("ix_postal_addresses_used_at", "postal_addresses", ["used_at"])


def downgrade() -> None:
    for table in ("postal_addresses", "postal_events", "postal_orders", "postal_manifests"):
        op.drop_table(table)
