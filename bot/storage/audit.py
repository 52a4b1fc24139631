"""Who did what to which row. Ids only, in the transaction of what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from bot.storage.session import Tx
from bot.storage.tables import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the audit log."""

    id: int
    at: dt.datetime
    actor: str
    verb: str
    object: str


async def write(tx: Tx, at: dt.datetime, actor: str, verb: str, what: str) -> None:
    """One row: ``staff:3`` ``staff.took`` ``address:12``."""
    await tx.execute(insert(audit).values(at=at, actor=actor, verb=verb, object=what))


async def entries(tx: Tx, actor: str, verb: str, what: str, before: int | None, most: int) -> Sequence[Entry]:
    """The newest rows first, with ids under ``before``; verbs by their beginning, the others whole."""
    found = select(audit).order_by(audit.c.id.desc()).limit(most)
    if actor:
        found = found.where(audit.c.actor == actor)
    if verb:
        found = found.where(audit.c.verb.startswith(verb, autoescape=True))
    if what:
        found = found.where(audit.c.object == what)
    if before is not None:
        found = found.where(audit.c.id < before)
    return [Entry(row.id, row.at, row.actor, row.verb, row.object) for row in await tx.execute(found)]
