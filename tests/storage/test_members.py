"""The register of staff: a person by login or by Telegram."""

from __future__ import annotations

import pytest

from bot.domain.sign_in import NobodyKnown
from bot.usecases.add_staff import BadStaff, add_staff
from bot.usecases.staff_register import deactivate, list_staff
from tests.domain.talk import WEDNESDAY
from tests.storage.worker import Worker

# --- the register ------------------------------------------------------------------------


async def added(worker: Worker, name: str, *, telegram: str | None = None, login: str | None = None) -> int:
    return await add_staff(
        worker.runtime.db,
        worker.runtime.shelf.content.pack,
        name=name,
        telegram=telegram,
        login=login,
        team="front-office",
        role="staff",
        now=WEDNESDAY,
    )


async def test_one_person_by_login_or_by_telegram(worker: Worker) -> None:
    olga = await added(worker, "Ольга", telegram="77", login=" Olga@Example.org ")
    assert await added(worker, "Ольга С.", telegram="77") == olga
    assert await added(worker, "Ольга Смирнова", login="olga@example.org") == olga
    pavel = await added(worker, "Павел", login="pavel")
    assert pavel != olga
    with pytest.raises(BadStaff, match="two different people"):
        await added(worker, "Кто", telegram="77", login="pavel")
    with pytest.raises(BadStaff, match="login"):
        await added(worker, "Кто", login="с пробелом")
    (first, second) = await list_staff(worker.runtime.db)
    assert (first.name, first.login, first.telegram) == ("Ольга Смирнова", "olga@example.org", "77")
    assert (second.login, second.telegram) == ("pavel", None)


async def test_whoever_leaves_is_named_by_login_or_number(worker: Worker) -> None:
    olga, pavel = await added(worker, "Ольга", login="olga"), await added(worker, "Павел", login="pavel")
    assert await deactivate(worker.runtime.db, "OLGA", WEDNESDAY) == olga
    assert await deactivate(worker.runtime.db, str(pavel), WEDNESDAY) == pavel
    with pytest.raises(NobodyKnown):
        await deactivate(worker.runtime.db, "olga", WEDNESDAY)
    assert [member.active for member in await list_staff(worker.runtime.db)] == [False, False]
    assert await added(worker, "Ольга", login="olga") == olga, "whoever comes back is the same person"
