"""Somebody has to remain who can let others in: else the first-link rule would hand the house to whoever starts it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.domain.sign_in import LastAdministrator
from bot.storage import sessions
from bot.usecases.add_staff import add_staff
from bot.usecases.first_link import first_link
from bot.usecases.staff_register import deactivate
from tests.console.house import House


async def test_the_last_administrator_stays_at_the_shell_too(house: House) -> None:
    db, pack, now = house.runtime.db, house.runtime.shelf.content.pack, house.runtime.clock()
    await house.seated("admin", "administrator")

    async def registered(login: str, role: str) -> int:
        return await add_staff(
            db, pack, name=login.title(), login=login, telegram=None, team="front-office", role=role, now=now
        )

    await registered("anna", "administrator")
    with pytest.raises(LastAdministrator, match="Make another one first"):
        await deactivate(db, "admin", now)
    with pytest.raises(LastAdministrator):
        await registered("admin", "staff")
    assert await first_link(db, "Кто-то", "front-office", now) is None
    await deactivate(db, "anna", now)  # she has set no password, nothing hangs on her


async def test_of_two_administrators_put_out_at_once_one_stays(house: House) -> None:
    """One at the shell, one at the desk, ten times: whoever is second is refused."""
    db, now = house.runtime.db, house.runtime.clock()
    for turn in range(10):
        first, second = f"first{turn}", f"second{turn}"
        desk, _ = await house.seated(first, "administrator"), await house.seated(second, "administrator")
        people = await desk.gets(f"/desk/staff?q={first}")
        number = people.body.split('action="/desk/staff/')[1].split('"')[0]
        gone = {"team": "support-department", "role": "administrator", "active": "false"}
        answers = await asyncio.gather(
            desk.posts(f"/desk/staff/{number}", gone), deactivate(db, second, now), return_exceptions=True
        )
        refused = [one for one in answers if isinstance(one, LastAdministrator) or getattr(one, "status", 0) == 409]
        assert len(refused) == 1, answers
        async with db.begin() as tx:
            assert await sessions.administrators(tx) == 1
            await tx.execute(text("UPDATE staff SET active = false"))
