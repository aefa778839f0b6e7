"""The pair of tokens of a Zalo Official Account, which every process shares and one at a time renews; and who unfollowed it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("unfollowed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "zalo_tokens",
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("seed_hash", sa.String(), nullable=False),
        sa.Column("access", sa.Text(), nullable=True),
        sa.Column("access_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh", sa.Text(), nullable=False),
        sa.Column("refresh_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("app", name="pk_zalo_tokens"),
    )


def downgrade() -> None:
    op.drop_table("zalo_tokens")
    with op.batch_alter_table("conversations") as batch:
        batch.drop_column("unfollowed_at")
