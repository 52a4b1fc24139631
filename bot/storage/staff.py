"""The register of staff."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.events import StaffPerson
from bot.storage import audit
from bot.storage.tables import staff


async def by_telegram(tx: AsyncConnection, telegram_id: str) -> StaffPerson:
    """Who of the staff this Telegram user is; ``id`` is None for whoever is not registered."""
    row = (await tx.execute(select(staff).where(staff.c.telegram_id == telegram_id, staff.c.active.is_(True)))).first()
    return StaffPerson(row.id, row.name, row.team, row.role) if row else StaffPerson(None)


async def by_id(tx: AsyncConnection, staff_id: int) -> StaffPerson:
    """A person of the register; ``id`` is None for whoever works here no more."""
    row = (await tx.execute(select(staff).where(staff.c.id == staff_id, staff.c.active.is_(True)))).first()
    return StaffPerson(row.id, row.name, row.team, row.role) if row else StaffPerson(None)


async def add(tx: AsyncConnection, name: str, telegram_id: str | None, team: str, role: str, now: dt.datetime) -> int:
    """Register a person, or change one with the same Telegram id."""
    values = {"name": name, "telegram_id": telegram_id, "team": team, "role": role, "active": True}
    added = upsert(staff).values(**values, created_at=now)
    kept = added.on_conflict_do_update(index_elements=[staff.c.telegram_id], set_=values).returning(staff.c.id)
    staff_id: int = (await tx.execute(kept)).scalar_one()
    await audit.write(tx, now, "cli", "staff.add", f"staff:{staff_id}")
    return staff_id
