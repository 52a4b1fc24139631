"""What clients say of themselves."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.domain.profile import Profile
from bot.storage.session import Tx
from bot.storage.tables import profile


async def of(tx: Tx, client_id: int) -> Profile:
    row = (await tx.execute(select(profile).where(profile.c.client_id == client_id))).first()
    return Profile(row.segment, row.situation) if row else Profile()


async def keep(tx: Tx, client_id: int, told: Profile, now: dt.datetime) -> None:
    """In place of what was told before."""
    values = {"segment": told.segment, "situation": told.situation, "at": now}
    put = upsert(profile).values(client_id=client_id, **values)
    await tx.execute(put.on_conflict_do_update(index_elements=[profile.c.client_id], set_=values))
