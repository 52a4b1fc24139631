"""Other bodies that are asked in a case, and for whom a term stands still"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "body_wait",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_body_wait_case_id_case")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_body_wait_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_wait")),
    )
    op.create_index(op.f("ix_body_wait_case_id"), "body_wait", ["case_id"], unique=False)
    op.create_index(
        "ix_body_wait_next", "body_wait", ["warn_at"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.add_column("term_pause", sa.Column("owed_by", sa.Text(), server_default="client", nullable=False))


def downgrade() -> None:
    op.drop_column("term_pause", "owed_by")
    op.drop_table("body_wait")
