"""What the tables are made of."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, MetaData, Sequence, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

said_id = Sequence("said_id", metadata=metadata)
"""One sequence for messages and outbox rows: the page streams both in one order."""


def number() -> Column[int]:
    """A row's own."""
    return Column("id", BigInteger, Identity(), primary_key=True)


def said_number() -> Column[int]:
    """A message's or a call's own, in one order."""
    return Column("id", BigInteger, said_id, server_default=said_id.next_value(), primary_key=True)


def at(name: str, *, null: bool = False) -> Column[dt.datetime]:
    """An instant."""
    return Column(name, DateTime(timezone=True), nullable=null)


def of(name: str, target: str, *, null: bool = False) -> Column[int]:
    """A row of another table."""
    return Column(name, BigInteger, ForeignKey(target), nullable=null)


def lease() -> tuple[Column[dt.datetime], Column[str]]:
    """Who holds a row, and until when."""
    return (
        Column("lease_until", DateTime(timezone=True), nullable=False, server_default=text("'-infinity'")),
        Column("lease", Text, nullable=True),
    )
