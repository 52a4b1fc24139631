"""The console on a database of the test's own; its clock is turned by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.storage.personal import Cipher
from bot.storage.session import Database
from bot.storage.wake import Wake
from bot.turn import Runtime
from tests.console.house import House
from tests.console.house import house as a_house
from tests.domain.talk import LIMITS, WEDNESDAY, real_pack
from tests.storage.worker import shelf


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = WEDNESDAY

    def __call__(self) -> dt.datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def runtime(database_url: str, clock: Clock) -> AsyncIterator[Runtime]:
    db = Database(database_url, size=8)
    yield Runtime(
        db=db,
        wake=Wake(database_url),
        shelf=shelf(real_pack()),
        cipher=Cipher("a secret of sixteen letters and more"),
        clock=clock,
        limits=LIMITS,
        staff_chat=None,
        salt="test",
    )
    await db.close()


@pytest_asyncio.fixture
async def house(runtime: Runtime) -> AsyncIterator[House]:
    async with a_house(runtime) as made:
        yield made
