"""One worker at a time: a session advisory lock on a connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator

import asyncpg

from bot.storage.session import KEEPALIVE
from bot.storage.wake import FAILURES

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
BEAT_SECONDS = 5.0
"""How often the connection is tried: one that broke in silence holds no lock any more."""
SILENT_SECONDS = 15
"""Whoever has not been heard for so long (paused, or its machine gone) leads no more: the server ends its session."""


@contextlib.asynccontextmanager
async def leading(url: str, name: str) -> AsyncIterator[asyncio.Event]:
    """Wait until this worker holds the lock ``name``; yields an event set when it is lost.

    The lock goes with the connection, so a killed worker's place is free at once.
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    connection = await _acquire(url, key, name)
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _connection: lost.set())
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(connection, lost, name))
        try:
            yield lost
        finally:
            watching.cancel()
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)


async def _watch(connection: asyncpg.Connection, lost: asyncio.Event, name: str) -> None:
    while not lost.is_set():
        await asyncio.sleep(BEAT_SECONDS)
        try:
            await connection.fetchval("SELECT 1", timeout=BEAT_SECONDS)
        except FAILURES as error:
            log.warning("the lead of %s is lost (%s)", name, type(error).__name__)
            connection.terminate()
            lost.set()


async def _acquire(url: str, key: int, name: str) -> asyncpg.Connection:
    while True:
        connection = None
        try:
            settings = {**KEEPALIVE, "idle_session_timeout": f"{SILENT_SECONDS}s"}
            connection = await asyncpg.connect(url, timeout=10, server_settings=settings)
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", key, timeout=BEAT_SECONDS):
                await asyncio.sleep(RETRY_SECONDS)
            return connection
        except BaseException as error:
            if connection is not None:
                connection.terminate()
            if not isinstance(error, FAILURES):
                raise
            log.warning("can't ask the database who leads %s (%s), trying again", name, type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
