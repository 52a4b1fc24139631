"""Pilot releases, and the release that what is scored was said under"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("general", sa.Integer(), nullable=False),
        sa.Column("segment", sa.Text(), server_default="", nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["general"], ["release.number"], name=op.f("fk_pilot_general_release")),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name=op.f("fk_pilot_release_release")),
        sa.PrimaryKeyConstraint("release", name=op.f("pk_pilot")),
    )
    one_at_a_time = sa.text("ended_at IS NULL")
    op.create_index("uq_pilot_running", "pilot", [sa.text("(true)")], unique=True, postgresql_where=one_at_a_time)
    op.add_column("episode", sa.Column("release", sa.Integer(), nullable=True))
    op.create_index("ix_message_at", "message", ["at"], postgresql_using="brin")
    op.create_index("ix_episode_opened_at", "episode", ["opened_at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_episode_opened_at", "episode")
    op.drop_index("ix_message_at", "message")
    op.drop_column("episode", "release")
    op.drop_table("pilot")
