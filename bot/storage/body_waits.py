"""Other bodies that were asked: their terms, and what whoever asked was told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import insert, text, update

from bot.domain.case_effects import BodyDone, WaitForBody
from bot.storage.scope import Scope
from bot.storage.session import Tx
from bot.storage.tables import body_wait


@dataclass(frozen=True, slots=True)
class Ending:
    """A term of another body that is near its end, or past it."""

    id: int
    address: int
    case: int
    body: str
    due_at: dt.datetime
    late: bool


async def begin(scope: Scope, effect: WaitForBody) -> None:
    """Asked once more, the former term is over."""
    await done(scope, BodyDone(effect.case, effect.body))
    asked = insert(body_wait).values(
        case_id=effect.case,
        body=effect.body,
        staff_id=effect.staff,
        asked_at=scope.now,
        warn_at=effect.warn_at,
        due_at=effect.due_at,
    )
    await scope.tx.execute(asked)


async def done(scope: Scope, effect: BodyDone) -> None:
    waits = update(body_wait).where(body_wait.c.case_id == effect.case, body_wait.c.ended_at.is_(None))
    await scope.tx.execute(waits.where(body_wait.c.body == effect.body).values(ended_at=scope.now))


async def end_all(scope: Scope, case_id: int) -> None:
    """The case is closed: nobody is reminded any more."""
    waits = update(body_wait).where(body_wait.c.case_id == case_id, body_wait.c.ended_at.is_(None))
    await scope.tx.execute(waits.values(ended_at=scope.now))


_TO_TELL = text("""
    SELECT w.id, c.address_id, w.case_id, w.body, w.due_at, w.due_at <= :now AS late
    FROM body_wait w JOIN "case" c ON c.id = w.case_id
    WHERE w.ended_at IS NULL AND w.warn_at <= :now
      AND (w.told IS NULL OR w.told = 'near' AND w.due_at <= :now)
    ORDER BY w.warn_at, w.id LIMIT :most
""")
_TOLD = text("""
    UPDATE body_wait SET told = :told
    WHERE id = :id AND ended_at IS NULL AND told IS DISTINCT FROM :told AND told IS DISTINCT FROM 'late'
    RETURNING id
""")


async def to_tell(tx: Tx, now: dt.datetime, most: int) -> list[Ending]:
    """Terms of which whoever asked has not been told yet."""
    rows = await tx.execute(_TO_TELL, {"now": now, "most": most})
    return [Ending(row.id, row.address_id, row.case_id, row.body, row.due_at, row.late) for row in rows]


async def told(tx: Tx, one: Ending) -> bool:
    """In the transaction of what is told. False: another worker did, or it is over."""
    row = await tx.execute(_TOLD, {"id": one.id, "told": "late" if one.late else "near"})
    return row.first() is not None
