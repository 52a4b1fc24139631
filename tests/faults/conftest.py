"""Fixtures of the fault tests: a database server of their own, quickly started workers, a deployment."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.emulators import TelegramEmulator, VkEmulator
from tests.faults.deployment import Deployment
from tests.faults.helper import ROOT, Helper
from tests.postgres import drop


@pytest.fixture(scope="session")
def keeper() -> Iterator[Helper]:
    """A durable PostgreSQL that may be stopped: see ``tests.faults.keeper``."""
    made = Helper("tests.faults.keeper")
    yield made
    made.close()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Helper]:
    """See ``tests.faults.nursery``."""
    made = Helper("tests.faults.nursery", str(ROOT / "var"))
    yield made
    made.close()


@pytest.fixture
async def deployment(keeper: Helper, nursery: Helper, tmp_path: Path) -> AsyncIterator[Deployment]:
    """A deployment on an empty database of this test's own, without a worker yet."""
    name = f"faults_{secrets.token_hex(6)}"
    url = keeper.greeting["url"]
    await _execute(url, f"CREATE DATABASE {name}")
    async with TelegramEmulator() as telegram, VkEmulator() as vk:
        made = Deployment(nursery, urlsplit(url)._replace(path=f"/{name}").geturl(), telegram, vk, tmp_path)
        yield made
        await made.close()
    async with asyncio.timeout(30):
        connection = await asyncpg.connect(url)
        await drop(connection, name)
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    async with asyncio.timeout(30):
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        await connection.close()
