"""The database server itself, as ``otklik doctor`` sees it."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from bot.domain.errors import OtklikError

OLDEST = 150000
"""``server_version_num`` of the oldest PostgreSQL that the SQL is written for."""
CONNECT_SECONDS = 5


class Unreachable(OtklikError):
    """The database server can't be reached."""


@dataclass(frozen=True, slots=True)
class Server:
    version: str
    number: int
    """``server_version_num``."""

    @property
    def too_old(self) -> bool:
        return self.number < OLDEST


async def ask(url: str) -> Server:
    """Which server answers. Raises Unreachable with the cause."""
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
        try:
            version = await connection.fetchval("SHOW server_version")
            number = int(await connection.fetchval("SHOW server_version_num"))
        finally:
            await connection.close(timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error
    return Server(version, number)
