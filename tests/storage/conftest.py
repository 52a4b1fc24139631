"""A database of the test's own, and a worker on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.storage.personal import Cipher
from bot.storage.session import Database
from bot.storage.wake import Wake
from bot.turn import Runtime
from knowledge_base.schema import Pack
from tests.domain.talk import LIMITS, WEDNESDAY, real_pack
from tests.storage.rows import STAFF_CHAT
from tests.storage.worker import Worker, shelf


@pytest.fixture(scope="session")
def pack() -> Pack:
    return real_pack()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, size=8)
    yield made
    await made.close()


@pytest.fixture
def cipher() -> Cipher:
    return Cipher("a secret of sixteen letters and more")


@pytest.fixture
def worker(db: Database, pack: Pack, cipher: Cipher) -> Worker:
    clock = [WEDNESDAY]
    runtime = Runtime(
        db=db,
        wake=Wake(db.url),
        shelf=shelf(pack),
        cipher=cipher,
        clock=lambda: clock[0],
        limits=LIMITS,
        staff_chat=STAFF_CHAT,
        salt="test",
    )
    return Worker(runtime, now=clock)
