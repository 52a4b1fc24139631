"""The staff register from the shell: who works here, and who no longer does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.domain import sign_in
from bot.domain.sign_in import LastAdministrator, NobodyKnown
from bot.storage import members, sessions, staff
from bot.storage.members import Member
from bot.storage.session import Database


async def list_staff(db: Database) -> Sequence[Member]:
    """Everybody, active ones first."""
    async with db.begin() as tx:
        return await members.all_(tx, "")


async def deactivate(db: Database, who: str, now: dt.datetime) -> int:
    """The number of the person with this login or number, whose sessions end at once.

    Raises NobodyKnown, LastAdministrator.
    """
    async with db.begin() as tx:
        found = await staff.named(tx, sign_in.clean_login(who))
        if found is None:
            raise NobodyKnown
        locked = await members.lock(tx, found)
        if locked is None or not locked.active:
            raise NobodyKnown
        if await members.is_last(tx, locked):
            raise LastAdministrator
        await staff.deactivate(tx, found, now)
        await sessions.end_all(tx, found, now)
    return found
