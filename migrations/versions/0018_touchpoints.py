"""The register of touchpoints, and what is proposed for it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None


def _facts() -> list[sa.Column[object]]:
    return [
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("needs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("digital", sa.Boolean(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "touchpoint",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        *_facts(),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoint")),
        sa.UniqueConstraint("slug", name=op.f("uq_touchpoint_slug")),
    )
    op.create_index(
        "uq_touchpoint_live",
        "touchpoint",
        ["process", "place"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "touchpoint_proposal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("touchpoint_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        *_facts(),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["touchpoint_id"], ["touchpoint.id"], name=op.f("fk_touchpoint_proposal_touchpoint_id_touchpoint")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_touchpoint_proposal_staff_id_staff")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_touchpoint_proposal_decided_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touchpoint_proposal")),
    )
    op.create_index(
        op.f("ix_touchpoint_proposal_touchpoint_id"), "touchpoint_proposal", ["touchpoint_id"], unique=False
    )
    op.create_index(
        "uq_touchpoint_proposal_open",
        "touchpoint_proposal",
        ["touchpoint_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("touchpoint_proposal")
    op.drop_table("touchpoint")
