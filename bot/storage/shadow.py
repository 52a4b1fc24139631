"""What shadow mode has found: how often both engines read a message alike, and where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.session import Tx
from bot.storage.tables import comparison

Pair = tuple[str, str]
"""Outcome and slug as the answering engine read a message, and as the other did."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Messages of one release that both engines read."""

    release: int
    messages: int
    alike: int
    apart: tuple[tuple[Pair, int], ...]
    """Pairs that differ with how often they did, most often first."""


async def add(tx: Tx, release: int, found: Mapping[Pair, int]) -> None:
    """Count readings of a release."""
    # In one order, so that two workers never wait for each other.
    rows = [
        {"release": release, "answered": one, "compared": other, "times": times}
        for (one, other), times in sorted(found.items())
    ]
    if rows:
        added = insert(comparison).values(rows)
        counted = {"times": comparison.c.times + added.excluded.times}
        keys = [comparison.c.release, comparison.c.answered, comparison.c.compared]
        await tx.execute(added.on_conflict_do_update(index_elements=keys, set_=counted))


async def newest(tx: AsyncConnection, most: int) -> Compared | None:
    """Of the newest release that was compared, with up to ``most`` pairs; None before the first message."""
    last = select(func.max(comparison.c.release)).scalar_subquery()
    found = (await tx.execute(select(comparison).where(comparison.c.release == last))).all()
    if not found:
        return None
    apart = sorted(
        (((row.answered, row.compared), row.times) for row in found if row.answered != row.compared),
        key=lambda pair: (-pair[1], pair[0]),
    )
    messages = sum(row.times for row in found)
    return Compared(found[0].release, messages, messages - sum(times for _, times in apart), tuple(apart[:most]))
