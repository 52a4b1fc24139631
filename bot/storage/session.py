"""The database: its engine, and the only commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Tx: TypeAlias = AsyncConnection
"""An open transaction, as use cases hand it on."""


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
            hide_parameters=True,
            connect_args={"timeout": 10, "command_timeout": 30},
        )
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One transaction. Rolled back on any exception."""
        async with self._engine.connect() as connection:
            try:
                yield connection
            except BaseException:
                await connection.rollback()
                raise
            await connection.commit()

    @asynccontextmanager
    async def once(self) -> AsyncIterator[AsyncConnection]:
        """For a single statement: a transaction of its own, without the round trips of beginning and ending one."""
        async with self._single.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self._engine.dispose()
