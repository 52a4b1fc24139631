"""The tables of wishes: to be erased, to be told; seen through ``bot.storage.tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, text

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

watch = Table(
    "watch",
    metadata,
    Column("address_id", BigInteger, ForeignKey("address.id"), primary_key=True),
    Column("slug", Text, primary_key=True),
    at("at"),
)
"""Who is to be told when a need that could not be met can be."""
