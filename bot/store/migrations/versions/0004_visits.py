"""Who came, who was sent home although everything was there, and which counters are closed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "check_ins",
        sa.Column("id", id_type, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_ins"),
        sa.UniqueConstraint("code", "day", name="uq_check_ins_code_day"),
    )
    op.create_index("ix_check_ins_day", "check_ins", ["day"])
    op.create_table(
        "sent_home",
        sa.Column("id", id_type, nullable=False),
        sa.Column("visit_hash", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("procedure_case", sa.String(), nullable=True),
        sa.Column("catalogue_version", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sent_home"),
        sa.UniqueConstraint("visit_hash", "day", name="uq_sent_home_visit_hash_day"),
    )
    op.create_index("ix_sent_home_day", "sent_home", ["day"])
    op.create_table(
        "closures",
        sa.Column("id", id_type, nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
        sa.UniqueConstraint("office", "counter", "first", "last", name="uq_closures_office_counter_first_last"),
    )


def downgrade() -> None:
    for table in ("closures", "sent_home", "check_ins"):
        op.drop_table(table)
