"""The register of touchpoints; seen through ``bot.storage.tables``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, Boolean, Column, Index, Table, Text, text

from bot.storage.columns import at as _at
from bot.storage.columns import metadata
from bot.storage.columns import number as _id
from bot.storage.columns import of as _of

# fmt: off


def _facts() -> tuple[Column[Any], ...]:
    return (
        Column("process", Text, nullable=False), Column("place", Text, nullable=False),
        Column("needs", ARRAY(Text), nullable=False), Column("digital", Boolean, nullable=False),
        Column("main", Boolean, nullable=False), Column("basis", Text, nullable=False),
        Column("counted", Boolean, nullable=False),
    )


touchpoint = Table(
    "touchpoint", metadata, _id(), Column("slug", Text, nullable=True, unique=True), *_facts(),
    _at("since"), _at("ended_at", null=True),
    Index("uq_touchpoint_live", "process", "place", unique=True, postgresql_where=text("ended_at IS NULL")),
)
"""``slug``: of the pack's row that it began as; none for one that staff have added. ``since``: accepted, as it is."""

touchpoint_proposal = Table(
    "touchpoint_proposal", metadata, _id(), _of("touchpoint_id", "touchpoint.id", null=True),
    Column("what", Text, nullable=False), *_facts(), Column("reason", Text, nullable=False),
    _of("staff_id", "staff.id"), Column("team", Text, nullable=False), _at("at"),
    Column("state", Text, nullable=False), _of("decided_by", "staff.id", null=True), _at("decided_at", null=True),
    Column("remark", Text, nullable=True), Index(None, "touchpoint_id"),
    Index("uq_touchpoint_proposal_open", "touchpoint_id", unique=True, postgresql_where=text("state = 'open'")),
)
"""``what``: new, change or removal. ``state``: open, accepted or returned (with a ``remark``). ``team``: the unit that
proposed it. ``touchpoint_id``: none for a new one until it is accepted."""
