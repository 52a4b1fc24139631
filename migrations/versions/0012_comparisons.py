"""How both engines read the same messages, in shadow mode: counts by outcome and slug"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("release", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answered", sa.Text(), nullable=False),
        sa.Column("compared", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("release", "answered", "compared", name=op.f("pk_comparison")),
    )


def downgrade() -> None:
    op.drop_table("comparison")
