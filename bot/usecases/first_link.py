"""The way in without a password: one-time links made at the shell, and the very first one."""

from __future__ import annotations

import datetime as dt
import secrets

from bot.domain import sign_in as rules
from bot.domain.errors import OtklikError
from bot.storage import audit, members, sessions
from bot.storage.session import Database

FIRST_LOGIN = "admin"


class NobodyWithLogin(OtklikError):
    """Nobody active has this login. 'otklik staff list' shows them all."""


async def link_for(db: Database, login: str, now: dt.datetime) -> str:
    """The token of a new link for a person; earlier ones are void. Raises NobodyWithLogin."""
    token = secrets.token_urlsafe(32)
    async with db.begin() as tx:
        known = await sessions.account(tx, rules.clean_login(login))
        if known is None:
            raise NobodyWithLogin
        await sessions.add_link(tx, known.person.id, rules.hashed(token), now)
        await audit.write(tx, now, "cli", "link.made", f"staff:{known.person.id}")
    return token


async def first_link(db: Database, name: str, team: str, now: dt.datetime) -> str | None:
    """While no administrator can sign in: a link for one, who is registered if need be. Else None."""
    token = secrets.token_urlsafe(32)
    async with db.begin() as tx:
        if await sessions.administrators(tx):
            return None
        staff_id = await members.first_administrator(tx, name, FIRST_LOGIN, team, now)
        await sessions.add_link(tx, staff_id, rules.hashed(token), now)
        await audit.write(tx, now, "start", "link.made", f"staff:{staff_id}")
    return token
