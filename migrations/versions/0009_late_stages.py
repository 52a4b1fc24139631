"""Late stages: what staff were told of a request's stage"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request", sa.Column("stage_told", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("request", "stage_told")
