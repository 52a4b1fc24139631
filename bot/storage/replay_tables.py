"""Replays of past questions; seen through ``bot.storage.tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, text

from bot.storage.columns import at as _at
from bot.storage.columns import lease as _lease
from bot.storage.columns import metadata
from bot.storage.columns import number as _id
from bot.storage.columns import of as _of

# fmt: off

replay = Table(
    "replay", metadata, _id(), _of("staff_id", "staff.id"), _at("at"),
    Column("release", Integer, ForeignKey("release.number"), nullable=False),
    Column("drafts", Text, nullable=False), Column("days", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"), *_lease(),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("figures", Text, nullable=True), Column("seal", Text, nullable=True), Column("cause", Text, nullable=True),
    Index("ix_replay_waiting", "id", postgresql_where=text("state IN ('waiting', 'running')")),
)
"""``drafts``: JSON, each with the step that saved its text, which is what was replayed. ``state``: waiting, running,
done, failed (with its ``cause``). ``figures``: JSON. ``seal``: a hash of all that came of it."""

replay_change = Table(
    "replay_change", metadata,
    Column("replay_id", BigInteger, ForeignKey("replay.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("question_id", BigInteger, ForeignKey("question.id", ondelete="CASCADE"), nullable=False),
    Column("change", Text, nullable=False), Column("verdict", Text, nullable=False),
    Column("before", Text, nullable=False), Column("after", Text, nullable=False), Index(None, "question_id"),
)
"""A question for which something changes, worst first. ``before`` and ``after``: JSON, outcome, slugs and score."""
