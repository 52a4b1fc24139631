"""Rows that need somebody's eye are found by partial indexes: set aside, failed, perhaps said twice."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_inbox_aside ON inbox (id) WHERE state = 'aside'")
    op.execute("CREATE INDEX ix_outbox_troubled ON outbox (state) WHERE state IN ('failed', 'unknown', 'held')")
    op.execute("CREATE INDEX ix_outbox_repeated ON outbox (id) WHERE state = 'sent' AND cause IS NOT NULL")


def downgrade() -> None:
    for name in ("ix_outbox_repeated", "ix_outbox_troubled", "ix_inbox_aside"):
        op.execute(f"DROP INDEX {name}")
