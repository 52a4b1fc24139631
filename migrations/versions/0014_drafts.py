"""Drafts of templates, and which folder came in with a release"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("release", sa.Column("imported", sa.Text(), nullable=True))
    op.add_column("item", sa.Column("imported", sa.Text(), nullable=True))
    # So far every release was a folder's, and the newest one is what the folder held last.
    op.execute("UPDATE release SET imported = version")
    op.execute(
        "UPDATE item SET imported = item_version.body FROM item_version"
        " WHERE item_version.item_id = item.id AND item_version.to_release IS NULL"
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["base"], ["item_version.id"], name=op.f("fk_draft_base_item_version")),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name=op.f("fk_draft_release_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(
        "uq_draft_open",
        "draft",
        ["kind", "slug"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'review', 'approved')"),
    )
    op.create_table(
        "draft_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_step_draft_id_draft")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_draft_step_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_step")),
    )
    op.create_index(op.f("ix_draft_step_draft_id"), "draft_step", ["draft_id"], unique=False)


def downgrade() -> None:
    op.drop_table("draft_step")
    op.drop_table("draft")
    op.drop_column("item", "imported")
    op.drop_column("release", "imported")
