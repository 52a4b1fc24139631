"""Who did what to which row. Ids only, in the transaction of what was done."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import insert

from bot.storage.session import Tx
from bot.storage.tables import audit


async def write(tx: Tx, at: dt.datetime, actor: str, verb: str, what: str) -> None:
    """One row: ``staff:3`` ``staff.took`` ``address:12``."""
    await tx.execute(insert(audit).values(at=at, actor=actor, verb=verb, object=what))
