"""Where the staff group has moved to, and what is wrong with it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "moved_chat",
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("old", name=op.f("pk_moved_chat")),
    )
    op.create_table(
        "group_trouble",
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_group_trouble")),
    )
    # Claims lock this row: two workers that both find none would each take all that the rate allows.
    op.execute(
        "INSERT INTO pace (key, tat) VALUES ('telegram', '-infinity'), ('vk', '-infinity') ON CONFLICT DO NOTHING"
    )
    op.create_index(
        "ix_outbox_groups",
        "outbox",
        ["lane", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending' AND target LIKE '-%'"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_groups", table_name="outbox")
    op.drop_table("group_trouble")
    op.drop_table("moved_chat")
