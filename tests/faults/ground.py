"""Where deployments stand: a database server and workers' nursery for all, and one deployment's own database."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from tests.emulators import TelegramEmulator, VkEmulator
from tests.faults.deployment import Deployment
from tests.faults.helper import ROOT, Helper
from tests.postgres import drop


@contextmanager
def helping(module: str, *arguments: str) -> Iterator[Helper]:
    """A helper process, as long as the block runs."""
    made = Helper(module, *arguments)
    try:
        yield made
    finally:
        made.close()


def keeping(megabytes: int = 0) -> AbstractContextManager[Helper]:
    """A durable PostgreSQL that may be stopped, perhaps on a small disk: see ``tests.faults.keeper``."""
    return helping("tests.faults.keeper", *([str(megabytes)] if megabytes else []))


def nursing() -> AbstractContextManager[Helper]:
    """Quickly started workers: see ``tests.faults.nursery``."""
    return helping("tests.faults.nursery", str(ROOT / "var"))


@asynccontextmanager
async def deployed(keeper: Helper, nursery: Helper, folder: Path) -> AsyncIterator[Deployment]:
    """A deployment on an empty database of its own, without a worker yet. ``folder`` takes the logs."""
    name = f"faults_{secrets.token_hex(6)}"
    url = keeper.greeting["url"]
    await _execute(url, f"CREATE DATABASE {name}")
    async with TelegramEmulator() as telegram, VkEmulator() as vk:
        made = Deployment(nursery, urlsplit(url)._replace(path=f"/{name}").geturl(), telegram, vk, folder)
        try:
            yield made
        finally:
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
