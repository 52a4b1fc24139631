"""The staff register as administrators see and change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.storage.session import Tx
from bot.storage.tables import credential, session, staff

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Member:
    id: int
    name: str
    login: str | None
    telegram: str | None
    team: str
    role: str
    active: bool
    enters: bool
    """Has a password, so can sign in."""
    seen_at: dt.datetime | None


def _members() -> Select[tuple[object, ...]]:
    last = select(func.max(session.c.seen_at)).where(session.c.staff_id == staff.c.id).scalar_subquery()
    return select(staff, credential.c.changed_at, last.label("seen_at")).outerjoin(
        credential, credential.c.staff_id == staff.c.id
    )


async def all_(tx: Tx, search: str = "", team: str = "", sort: str = "name") -> Sequence[Member]:
    """Active ones first; ``search`` is a part of the name or login; ``sort``: ``name``, ``team`` or ``seen``."""
    found = _members()
    order = {"team": staff.c.team, "seen": found.selected_columns.seen_at.desc().nulls_last()}.get(sort, staff.c.name)
    found = found.order_by(staff.c.active.desc(), order, staff.c.name, staff.c.id)
    if team:
        found = found.where(staff.c.team == team)
    if search:
        found = found.where(
            or_(staff.c.name.icontains(search, autoescape=True), staff.c.login.icontains(search, autoescape=True))
        )
    return [_member(row) for row in await tx.execute(found)]


async def lock(tx: Tx, staff_id: int) -> Member | None:
    """One person, and every administrator beside: two of them must not demote each other at once."""
    locking = select(staff.c.id).where(or_(staff.c.id == staff_id, staff.c.role == ADMINISTRATOR))
    await tx.execute(locking.order_by(staff.c.id).with_for_update())
    row = (await tx.execute(_members().where(staff.c.id == staff_id))).first()
    return _member(row) if row else None


async def is_last(tx: Tx, found: Member) -> bool:
    """Whether nobody could let people in without this person, whom ``lock`` has found."""
    counts = found.active and found.enters and found.role == ADMINISTRATOR
    return counts and not await _other_administrators(tx, found.id)


async def _other_administrators(tx: Tx, staff_id: int) -> int:
    found = (
        select(func.count())
        .select_from(staff.join(credential, credential.c.staff_id == staff.c.id))
        .where(staff.c.role == ADMINISTRATOR, staff.c.active.is_(True), staff.c.id != staff_id)
    )
    number: int = (await tx.execute(found)).scalar_one()
    return number


async def taken(tx: Tx, login: str, telegram: str | None) -> str | None:
    """Which of the two somebody has already: ``login``, ``telegram`` or neither."""
    if (await tx.execute(select(staff.c.id).where(staff.c.login == login))).first():
        return "login"
    if telegram and (await tx.execute(select(staff.c.id).where(staff.c.telegram_id == telegram))).first():
        return "telegram"
    return None


async def insert(
    tx: Tx, name: str, login: str, telegram: str | None, team: str, role: str, now: dt.datetime
) -> int | None:
    """The new person's id; None when somebody else took the login or the Telegram id in this moment."""
    values = {"name": name, "login": login, "telegram_id": telegram, "team": team, "role": role, "created_at": now}
    added = upsert(staff).values(**values).on_conflict_do_nothing().returning(staff.c.id)
    staff_id: int | None = (await tx.execute(added)).scalar_one_or_none()
    return staff_id


async def change(tx: Tx, staff_id: int, team: str, role: str, active: bool) -> None:
    await tx.execute(update(staff).where(staff.c.id == staff_id).values(team=team, role=role, active=active))


async def first_administrator(tx: Tx, name: str, login: str, team: str, now: dt.datetime) -> int:
    """Whoever has this login, an active administrator from now on; a new person if nobody has."""
    values = {"role": ADMINISTRATOR, "active": True}
    added = upsert(staff).values(name=name, login=login, team=team, created_at=now, **values)
    kept = added.on_conflict_do_update(index_elements=[staff.c.login], set_=values).returning(staff.c.id)
    staff_id: int = (await tx.execute(kept)).scalar_one()
    return staff_id


def _member(row: Row[tuple[object, ...]]) -> Member:
    return Member(
        id=row.id,
        name=row.name,
        login=row.login,
        telegram=row.telegram_id,
        team=row.team,
        role=row.role,
        active=row.active,
        enters=row.changed_at is not None,
        seen_at=row.seen_at,
    )
