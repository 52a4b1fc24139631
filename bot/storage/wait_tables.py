"""Other bodies that were asked; seen through ``bot.storage.tables``."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, text

from bot.storage.columns import at as _at
from bot.storage.columns import metadata
from bot.storage.columns import number as _id
from bot.storage.columns import of as _of

# fmt: off

body_wait = Table(
    "body_wait", metadata, _id(), _of("case_id", "case.id"), Column("body", Text, nullable=False),
    _of("staff_id", "staff.id"), _at("asked_at"), _at("warn_at"), _at("due_at"),
    Column("told", Text, nullable=True), _at("ended_at", null=True), Index(None, "case_id"),
    Index("ix_body_wait_next", "warn_at", postgresql_where=text("ended_at IS NULL")),
)
"""Another body was asked. ``body``: a slug of the pack, or a name. ``told``: near or late."""
