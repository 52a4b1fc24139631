"""Reactions of clients, and which message asks for which score"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reaction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("episode_id", sa.BigInteger(), nullable=True),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_reaction_address_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episode.id"], name=op.f("fk_reaction_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction")),
        sa.UniqueConstraint("address_id", "message", name=op.f("uq_reaction_address_id_message")),
    )
    op.add_column("outbox", sa.Column("episode_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_outbox_scored",
        "outbox",
        ["address_id"],
        unique=False,
        postgresql_where=sa.text("episode_id IS NOT NULL AND state = 'sent'"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_scored", table_name="outbox")
    op.drop_column("outbox", "episode_id")
    op.drop_table("reaction")
