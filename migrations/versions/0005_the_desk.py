"""The desk: acts, forms, notes, pauses, refusals"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_message_staff_id"), "message", "staff", ["staff_id"], ["id"])
    op.add_column("outbox", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_outbox_message", "outbox", ["message_id"], postgresql_where=sa.text("message_id IS NOT NULL"))
    op.add_column("request", sa.Column("stage_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("request_stage", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("request_stage", sa.Column("advice", sa.Text(), nullable=True))
    op.add_column("request_stage", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_request_stage_staff_id"), "request_stage", "staff", ["staff_id"], ["id"])
    op.create_index("ix_case_open", "case", ["id"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_table(
        "term_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("term_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_term_pause_term_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_pause")),
    )
    op.create_index(op.f("ix_term_pause_term_id"), "term_pause", ["term_id"])
    op.create_table(
        "staff_act",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_staff_act_address_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_staff_act_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_act_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_act")),
    )
    op.create_index(op.f("ix_staff_act_address_id_id"), "staff_act", ["address_id", "id"])
    op.create_table(
        "desk_form",
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_form_staff_id")),
        sa.PrimaryKeyConstraint("action", name=op.f("pk_desk_form")),
    )


def downgrade() -> None:
    op.drop_table("desk_form")
    op.drop_table("staff_act")
    op.drop_table("term_pause")
    op.drop_index("ix_case_open", table_name="case")
    op.drop_constraint(op.f("fk_request_stage_staff_id"), "request_stage", type_="foreignkey")
    op.drop_column("request_stage", "staff_id")
    op.drop_column("request_stage", "advice")
    op.drop_column("request_stage", "reason")
    op.drop_column("request", "stage_due_at")
    op.drop_index("ix_outbox_message", table_name="outbox")
    op.drop_column("outbox", "message_id")
    op.drop_constraint(op.f("fk_message_staff_id"), "message", type_="foreignkey")
    op.drop_column("message", "staff_id")
