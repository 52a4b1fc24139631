"""Every question, apart from whoever asked it; what leads to him for a month"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

MARKS = {
    "language": sa.Text,
    "engine": sa.Text,
    "candidates": sa.Text,
    "asker": sa.LargeBinary,
    "helped": sa.Boolean,
    "score": sa.SmallInteger,
    "staff_seconds": sa.Integer,
    "staff_answer": sa.Text,
}


def upgrade() -> None:
    for name, kind in MARKS.items():
        op.add_column("question", sa.Column(name, kind(), nullable=True))
    op.create_index(op.f("ix_question_at"), "question", ["at"])
    op.create_table(
        "question_salt",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_question_salt")),
    )
    op.create_table(
        "question_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("episode_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("settled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_link_question_id_question"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_question_link_address_id_address")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_question_link_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_link")),
    )
    op.create_index(op.f("ix_question_link_question_id"), "question_link", ["question_id"])
    op.create_index(op.f("ix_question_link_address_id_at"), "question_link", ["address_id", "at"])
    op.create_index("ix_question_link_at", "question_link", ["at"])
    op.create_index(
        "ix_question_link_episode", "question_link", ["episode_id"], postgresql_where=sa.text("episode_id IS NOT NULL")
    )
    op.create_index(
        "ix_question_link_owed",
        "question_link",
        ["id"],
        postgresql_where=sa.text("case_id IS NOT NULL AND NOT settled"),
    )
    # So far the moment and the words led back to whoever asked: what is left of that are links, and they end.
    op.execute(
        "INSERT INTO question_link (question_id, address_id, at)"
        " SELECT q.id, m.address_id, q.at FROM question q JOIN message m ON m.at = q.at AND m.direction = 'in'"
        r" AND q.text = left(regexp_replace(regexp_replace(m.text, '\S+@\S+', '@', 'g'), '\d', '0', 'g'), 2000)"
        " WHERE q.at > now() - interval '30 days'"
    )
    op.execute("UPDATE question SET at = date_trunc('day', at, 'UTC')")


def downgrade() -> None:
    op.drop_table("question_link")
    op.drop_table("question_salt")
    op.drop_index(op.f("ix_question_at"), "question")
    for name in reversed(MARKS):
        op.drop_column("question", name)
