"""The table of what clients say of themselves; seen through ``bot.storage.tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from bot.storage.columns import at, metadata

profile = Table(
    "profile",
    metadata,
    Column("client_id", BigInteger, ForeignKey("client.id"), primary_key=True),
    Column("segment", Text, nullable=False, server_default=""),
    Column("situation", Text, nullable=False, server_default=""),
    at("at"),
)
"""Slugs of the pack; empty: not told. ``at``: when the client said so last."""
