"""What clients say of themselves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.Text(), server_default="", nullable=False),
        sa.Column("situation", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_profile_client_id_client")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_profile")),
    )


def downgrade() -> None:
    op.drop_table("profile")
