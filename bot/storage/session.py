"""The database: its engine, and the only commit."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Tx: TypeAlias = AsyncConnection
"""An open transaction, as use cases hand it on."""

COMMAND_SECONDS = 15.0
"""A statement without an answer: either the way to the database is broken, or somebody holds a lock for too long."""
IDLE_SECONDS = 15
"""A worker that stops in the middle of a transaction (paused, swapped out) keeps its locks no longer than this."""
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""So that the server learns in half a minute, not in two hours, that a worker's machine is gone."""
_PASSING = ("08", "25006", "25P03", "40", "53", "55P03", "57P", "58")
"""SQLSTATEs: connection, a standby answers, deadlock, resources (a full disk), lock, shutdown, input and output."""


def async_url(url: str) -> str:
    """A ``postgresql://`` URL for SQLAlchemy's asyncpg dialect."""
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


class Database:
    """A pool of connections. ``begin`` is one transaction, committed at its end."""

    def __init__(self, url: str, *, size: int = 16) -> None:
        self.url = url
        self._engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=size,
            max_overflow=0,
            pool_pre_ping=False,
            pool_timeout=20,
            pool_recycle=1800,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={
                "timeout": 10,
                "command_timeout": COMMAND_SECONDS,
                "server_settings": {**KEEPALIVE, "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s"},
            },
        )
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._doubtful, self._renewed = False, -math.inf
        event.listen(self._engine.sync_engine, "checkout", self._checked_out)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction. Rolled back on any exception."""
        async with self._engine.connect() as connection:
            try:
                yield connection
            except TimeoutError:
                await self._doubt(connection)
                raise
            except BaseException:
                await connection.rollback()
                raise
            await connection.commit()

    @asynccontextmanager
    async def once(self) -> AsyncIterator[AsyncConnection]:
        """For a single statement: a transaction of its own, without the round trips of beginning and ending one."""
        async with self._single.connect() as connection:
            try:
                yield connection
            except TimeoutError:
                await self._doubt(connection)
                raise

    async def _doubt(self, connection: AsyncConnection) -> None:
        """No answer: perhaps nobody is there, at the other connections neither, and to find that out takes as long."""
        if time.monotonic() - self._renewed > COMMAND_SECONDS:  # else it is one of those given up already
            self._doubtful = True
        await connection.invalidate()  # not rolled back: that would be to wait once more

    def _checked_out(self, *_: object) -> None:
        if self._doubtful:
            self._doubtful, self._renewed = False, time.monotonic()
            raise InvalidatePoolError

    async def close(self) -> None:
        await self._engine.dispose()


def is_passing(error: BaseException) -> bool:
    """Whether the database failed in passing: what was asked of it is not to blame, and may be asked again."""
    match error:
        case PoolTimeout() | OSError():
            return not isinstance(error, TimeoutError)
        case DBAPIError():
            state = getattr(error.orig, "sqlstate", None) or ""
            ended = type(error.orig).__name__ == "InternalClientError"  # by the server, while this worker slept
            return ended or error.connection_invalidated or state.startswith(_PASSING)
    return False
