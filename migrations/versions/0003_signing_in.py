"""Signing in at the desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("login", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_staff_login"), "staff", ["login"])
    op.create_table(
        "credential",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_credential_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_credential")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token", name=op.f("uq_session_token")),
    )
    op.create_index("ix_session_staff_id", "session", ["staff_id"], unique=False)
    op.create_table(
        "sign_in_link",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_link_staff_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sign_in_link")),
    )
    op.create_index("ix_sign_in_link_staff_id", "sign_in_link", ["staff_id"], unique=False)
    op.create_table(
        "sign_in_try",
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_sign_in_try")),
    )


def downgrade() -> None:
    op.drop_table("sign_in_try")
    op.drop_table("sign_in_link")
    op.drop_table("session")
    op.drop_table("credential")
    op.drop_constraint(op.f("uq_staff_login"), "staff", type_="unique")
    op.drop_column("staff", "login")
