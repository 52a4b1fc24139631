"""The register of staff."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import false, insert, or_, select, update
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


async def known(tx: AsyncConnection, telegram_id: str | None, login: str | None) -> set[int]:
    """Who has this Telegram id or this login."""
    either = [
        column == given for column, given in ((staff.c.telegram_id, telegram_id), (staff.c.login, login)) if given
    ]
    return set((await tx.execute(select(staff.c.id).where(or_(false(), *either)))).scalars())


async def add(
    tx: AsyncConnection,
    person: int | None,
    name: str,
    telegram_id: str | None,
    login: str | None,
    team: str,
    role: str,
    now: dt.datetime,
) -> int:
    """Register a person; or change one that is known, whose login and Telegram id stay where none is given."""
    values: dict[str, object] = {"name": name, "team": team, "role": role, "active": True}
    values |= {"telegram_id": telegram_id} if telegram_id else {}
    values |= {"login": login} if login else {}
    if person is not None:
        await tx.execute(update(staff).where(staff.c.id == person).values(**values))
        staff_id = person
    else:
        added = insert(staff).values(**values, created_at=now).returning(staff.c.id)
        staff_id = (await tx.execute(added)).scalar_one()
    await audit.write(tx, now, "cli", "staff.add", f"staff:{staff_id}")
    return staff_id


async def named(tx: AsyncConnection, who: str) -> int | None:
    """An active person by login or number."""
    number = int(who) if who.isascii() and who.isdecimal() and len(who) <= 18 else 0
    found = select(staff.c.id).where(or_(staff.c.login == who, staff.c.id == number), staff.c.active.is_(True))
    return (await tx.execute(found.order_by(staff.c.login.is_distinct_from(who)).limit(1))).scalar_one_or_none()


async def deactivate(tx: AsyncConnection, staff_id: int, now: dt.datetime) -> None:
    """Out of the house: neither desk knows this person any more."""
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(active=False))
    await audit.write(tx, now, "cli", "staff.deactivated", f"staff:{staff_id}")
