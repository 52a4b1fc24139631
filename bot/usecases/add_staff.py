"""Register a person of the staff."""

from __future__ import annotations

import datetime as dt

from bot.domain.errors import OtklikError
from bot.storage import staff
from bot.storage.session import Database
from knowledge_base.schema import Pack

ROLES = ("staff", "moderator", "supervisor", "administrator")


class BadStaff(OtklikError):
    """The person can't be registered like this."""


async def add_staff(
    db: Database, pack: Pack, *, name: str, telegram: str | None, team: str, role: str, now: dt.datetime
) -> int:
    """The person's id. Raises BadStaff with what to do."""
    if team not in pack.teams:
        raise BadStaff(f"There is no team {team!r} in the pack. Teams: {', '.join(sorted(pack.teams))}.")
    if role not in ROLES:
        raise BadStaff(f"There is no role {role!r}. Roles: {', '.join(ROLES)}.")
    if telegram is not None and not (telegram.isascii() and telegram.isdecimal()):
        raise BadStaff("A Telegram id is digits only; the person sees it by writing to @userinfobot.")
    if not name.strip():
        raise BadStaff("A name is needed.")
    async with db.begin() as tx:
        return await staff.add(tx, name.strip(), telegram, team, role, now)
