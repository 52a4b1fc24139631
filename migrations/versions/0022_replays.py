"""Replays of past questions, and which of them whoever approved a draft had seen"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("drafts", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), server_default=sa.text("'-infinity'"), nullable=False),
        sa.Column("lease", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("figures", sa.Text(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_replay_staff_id_staff")),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name=op.f("fk_replay_release_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
    )
    op.create_index("ix_replay_waiting", "replay", ["id"], postgresql_where=sa.text("state IN ('waiting', 'running')"))
    op.create_table(
        "replay_change",
        sa.Column("replay_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["replay_id"], ["replay.id"], name=op.f("fk_replay_change_replay_id_replay"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_replay_change_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("replay_id", "place", name=op.f("pk_replay_change")),
    )
    op.create_index(op.f("ix_replay_change_question_id"), "replay_change", ["question_id"])
    op.add_column("draft_step", sa.Column("replay_id", sa.BigInteger(), nullable=True))
    op.add_column("draft_step", sa.Column("seal", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_draft_step_replay_id_replay"), "draft_step", "replay", ["replay_id"], ["id"])


def downgrade() -> None:
    op.drop_column("draft_step", "seal")
    op.drop_column("draft_step", "replay_id")
    op.drop_table("replay_change")
    op.drop_table("replay")
