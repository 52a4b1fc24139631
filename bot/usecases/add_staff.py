"""Register a person of the staff."""

from __future__ import annotations

import datetime as dt

from bot.domain import sign_in
from bot.domain.errors import OtklikError
from bot.domain.sign_in import ROLES, LastAdministrator
from bot.domain.staff import Role
from bot.storage import members, staff
from bot.storage.session import Database
from knowledge_base.schema import Pack


class BadStaff(OtklikError):
    """The person can't be registered like this."""


async def add_staff(
    db: Database,
    pack: Pack,
    *,
    name: str,
    telegram: str | None,
    team: str,
    role: str,
    now: dt.datetime,
    login: str | None = None,
) -> int:
    """The person's id; whoever has this Telegram id or login already is changed. Raises BadStaff with what to do.

    Raises LastAdministrator where that one would have another role.
    """
    login = sign_in.clean_login(login) if login else None
    if team not in pack.teams:
        raise BadStaff(f"There is no team {team!r} in the pack. Teams: {', '.join(sorted(pack.teams))}.")
    if role not in ROLES:
        raise BadStaff(f"There is no role {role!r}. Roles: {', '.join(ROLES)}.")
    if telegram is not None and not (telegram.isascii() and telegram.isdecimal()):
        raise BadStaff("A Telegram id is digits only; the person sees it by writing to @userinfobot.")
    if not name.strip():
        raise BadStaff("A name is needed.")
    if login is not None and not sign_in.good_login(login):
        raise BadStaff("A login is 1 to 64 Latin letters and digits, with . _ @ + - between them.")
    async with db.begin() as tx:
        known = await staff.known(tx, telegram, login)
        if len(known) > 1:
            raise BadStaff("The Telegram id and the login belong to two different people.")
        for one in known:
            found = await members.lock(tx, one)
            if found is not None and role != Role.ADMINISTRATOR and await members.is_last(tx, found):
                raise LastAdministrator
        return await staff.add(tx, next(iter(known), None), name.strip(), telegram, login, team, role, now)
