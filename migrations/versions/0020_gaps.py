"""Gaps: questions of one kind that had no good answer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gap",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("meaning", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("encoder", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("dismissed_by", sa.BigInteger(), nullable=True),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["dismissed_by"], ["staff.id"], name=op.f("fk_gap_dismissed_by_staff")),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_gap_draft_id_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
    )
    op.create_table(
        "gap_question",
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("gap_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"], name=op.f("fk_gap_question_gap_id_gap")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_gap_question_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_gap_question")),
    )
    op.create_index(op.f("ix_gap_question_gap_id"), "gap_question", ["gap_id"])


def downgrade() -> None:
    op.drop_table("gap_question")
    op.drop_table("gap")
