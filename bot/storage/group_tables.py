"""Tables about the staff group itself."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from bot.storage.columns import at as _at
from bot.storage.columns import metadata

# Kept by hand, a table as a table.
# fmt: off

moved_chat = Table(
    "moved_chat", metadata, Column("old", Text, primary_key=True), Column("new", Text, nullable=False), _at("at"),
)
"""Groups that have another id now."""

group_trouble = Table(
    "group_trouble", metadata, Column("chat", Text, primary_key=True), Column("cause", Text, nullable=False),
    _at("since"),
)
"""Staff groups that take no calls as they are."""
