"""Marks of response terms. Rows, never scheduler jobs: they outlive any process."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.events import TimerKind
from bot.storage.tables import case, term, timer


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose time has come."""

    id: int
    kind: TimerKind
    case_id: int
    address_id: int
    due_at: dt.datetime


async def due(tx: AsyncConnection, now: dt.datetime, most: int) -> list[Due]:
    """Timers to fire, soonest first. Each is settled by ``settle`` in its own turn."""
    rows = await tx.execute(
        select(timer.c.id, timer.c.kind, term.c.case_id, case.c.address_id, term.c.due_at)
        .join(term, term.c.id == timer.c.term_id)
        .join(case, case.c.id == term.c.case_id)
        .where(timer.c.state == "set", timer.c.fire_at <= now)
        .order_by(timer.c.fire_at, timer.c.id)
        .limit(most)
    )
    return [Due(r.id, TimerKind(r.kind), r.case_id, r.address_id, r.due_at) for r in rows]


_SETTLE = text("UPDATE timer SET state = 'fired', settled_at = :now WHERE id = :id AND state = 'set' RETURNING id")


async def settle(tx: AsyncConnection, timer_id: int, now: dt.datetime) -> bool:
    """Mark a timer fired, in the transaction of what it caused. False: another worker did, or it was dropped."""
    return (await tx.execute(_SETTLE, {"id": timer_id, "now": now})).first() is not None
