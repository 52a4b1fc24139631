"""Questions apart from whoever asked them; seen through ``bot.storage.tables``."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)  # fmt: skip

from bot.storage.columns import at as _at
from bot.storage.columns import metadata
from bot.storage.columns import number as _id
from bot.storage.columns import of as _of

# fmt: off

question = Table(
    "question", metadata, _id(), _at("at"), Column("text", Text, nullable=False),
    Column("outcome", Text, nullable=False), Column("slug", Text, nullable=True),
    Column("release", Integer, nullable=False), Column("language", Text, nullable=True),
    Column("engine", Text, nullable=True), Column("candidates", Text, nullable=True),
    Column("asker", LargeBinary, nullable=True), Column("helped", Boolean, nullable=True),
    Column("score", SmallInteger, nullable=True), Column("staff_seconds", Integer, nullable=True),
    Column("staff_answer", Text, nullable=True), Index(None, "at"),
)
"""What somebody asked, by itself: ``id`` is random and ``at`` the day (UTC), so that neither leads to the message.
``outcome``: answer, clarify, unknown, service, command; or not_helped: words about what was missing. ``candidates``:
JSON, slugs with their scores, two digits. ``asker``: the same for the same client within a month, and nobody's after
it (see ``question_salt``). ``helped`` and ``score``: of the answer, the worst of several. ``staff_seconds``: from
taking the case to the last word of the answer, which ``staff_answer`` is, without what is personal."""

question_link = Table(
    "question_link", metadata, _id(),
    Column("question_id", BigInteger, ForeignKey("question.id", ondelete="CASCADE"), nullable=False),
    _of("address_id", "address.id"), _at("at"), Column("episode_id", BigInteger, nullable=True),
    _of("case_id", "case.id", null=True), Column("settled", Boolean, nullable=False, server_default=text("false")),
    Index(None, "question_id"), Index(None, "address_id", "at"),
    Index("ix_question_link_at", "at"),
    Index("ix_question_link_episode", "episode_id", postgresql_where=text("episode_id IS NOT NULL")),
    Index("ix_question_link_owed", "id", postgresql_where=text("case_id IS NOT NULL AND NOT settled")),
)
"""For 30 days, whose question it was: by it marks and answers of staff come to a question, and an erasure finds it.
A row for each of its answers that can be scored. ``settled``: its case is closed, and what staff said is noted."""

question_salt = Table(
    "question_salt", metadata, Column("month", Date, primary_key=True), Column("salt", LargeBinary, nullable=False),
)
"""``asker`` is a hash of the client's number with the month's salt, which is gone when the month is over."""
