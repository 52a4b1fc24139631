"""The YAML files that releases came from, byte by byte"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_source")),
    )
    op.create_table(
        "release_source",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name=op.f("fk_release_source_release")),
        sa.ForeignKeyConstraint(["sha256"], ["source.sha256"], name=op.f("fk_release_source_sha256")),
        sa.PrimaryKeyConstraint("release", "path", name=op.f("pk_release_source")),
    )


def downgrade() -> None:
    op.drop_table("release_source")
    op.drop_table("source")
