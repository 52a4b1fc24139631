"""How both engines read the same messages; seen through ``bot.storage.tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from bot.storage.columns import metadata

comparison = Table(
    "comparison",
    metadata,
    Column("release", Integer, primary_key=True, autoincrement=False),
    Column("answered", Text, primary_key=True),
    Column("compared", Text, primary_key=True),
    Column("times", BigInteger, nullable=False),
)
"""Counts only. ``answered``: outcome and slug as the client was answered; ``compared``: as the other engine read it."""
