"""How often an update was begun by itself after its worker was lost"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("alone", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("inbox", "alone")
