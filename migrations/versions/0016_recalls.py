"""Corrections of answers that proved wrong"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recall",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("versions", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("writers", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_recall_approved_by_staff")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_recall_ended_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
    )
    op.create_index(
        "uq_recall_open", "recall", ["slug"], unique=True, postgresql_where=sa.text("state IN ('written', 'sending')")
    )
    op.create_table(
        "recall_client",
        sa.Column("recall_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_recall_client_address_id_address")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_recall_client_client_id_client")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_client_recall_id_recall")),
        sa.PrimaryKeyConstraint("recall_id", "client_id", name=op.f("pk_recall_client")),
    )
    op.create_index(
        "ix_recall_client_waiting",
        "recall_client",
        ["recall_id", "client_id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_recall_client_message", "recall_client", ["message_id"], postgresql_where=sa.text("message_id IS NOT NULL")
    )
    # Who got an answer is asked by its name.
    op.create_index("ix_episode_slug", "episode", ["slug", "opened_at"])
    op.create_index(
        "ix_message_more", "message", ["slug"], postgresql_where=sa.text("outcome = 'more' AND direction = 'out'")
    )


def downgrade() -> None:
    op.drop_index("ix_message_more", "message")
    op.drop_index("ix_episode_slug", "episode")
    op.drop_table("recall_client")
    op.drop_table("recall")
