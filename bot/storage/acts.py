"""What staff did with conversations, and the forms they sent from the desk."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, insert, select

from bot.domain.acts import Verb
from bot.domain.desk_views import ActRow
from bot.storage.session import Tx
from bot.storage.tables import desk_form, staff, staff_act


async def version(tx: Tx, address_id: int) -> int:
    """The last act's number; 0 before any."""
    last = select(func.max(staff_act.c.id)).where(staff_act.c.address_id == address_id)
    return (await tx.execute(last)).scalar_one() or 0


async def since(tx: Tx, address_id: int, seen: int, most: int = 200) -> list[ActRow]:
    """Acts after the one seen, oldest first; notes say nothing to the client and are left out."""
    found = (
        select(staff_act, staff.c.name)
        .join(staff, staff.c.id == staff_act.c.staff_id)
        .where(staff_act.c.address_id == address_id, staff_act.c.id > seen, staff_act.c.verb != Verb.NOTE.value)
        .order_by(staff_act.c.id)
        .limit(most)
    )
    return [
        ActRow(row.id, row.staff_id, row.name, Verb(row.verb), row.at, row.case_id, row.detail)
        for row in await tx.execute(found)
    ]


async def first_result(tx: Tx, action: str, staff_id: int) -> str | None:
    """The outcome of a form that was sent before by the same person."""
    found = select(desk_form.c.outcome).where(desk_form.c.action == action, desk_form.c.staff_id == staff_id)
    outcome: str | None = (await tx.execute(found)).scalar_one_or_none()
    return outcome


async def sent(tx: Tx, action: str, staff_id: int, outcome: str, now: dt.datetime) -> None:
    """A form was sent. A one-time id that somebody else has used is an IntegrityError: ids are random."""
    await tx.execute(insert(desk_form).values(action=action, staff_id=staff_id, outcome=outcome, at=now))
