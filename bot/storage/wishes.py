"""The table of those who wish to be erased."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, text

from bot.storage.columns import at, metadata, number, of

erasure = Table(
    "erasure",
    metadata,
    number(),
    of("client_id", "client.id"),
    Column("asked_by", Text, nullable=False),
    at("asked_at"),
    at("done_at", null=True),
    Index("uq_erasure_waiting", "client_id", unique=True, postgresql_where=text("done_at IS NULL")),
)
"""It is done once nothing is owed to the client."""
