"""Migrations, one worker at a time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.domain.errors import DatabaseRefused
from bot.storage.session import async_url

LOCK = 7_154_202_610
"""Advisory lock under which the schema changes."""
STARTING_SECONDS = 60
FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def config(url: str) -> Config:
    """Alembic's configuration for a database."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("sqlalchemy.url", async_url(url).replace("%", "%%"))
    return made


def head() -> str | None:
    """The newest revision the code knows."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


async def current(url: str) -> str | None:
    """The revision the database is at; None: never migrated."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found
    finally:
        await connection.close()


async def upgrade(url: str) -> None:
    """Bring the database to the newest revision. Several workers may call it at once."""
    connection = await _connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        if await current(url) != head():
            await asyncio.to_thread(command.upgrade, config(url), "head")
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection:
    """Waits for a server that is just starting. Raises DatabaseRefused, and OSError when there is none."""
    for _ in range(STARTING_SECONDS):
        try:
            return await asyncpg.connect(url)
        except asyncpg.CannotConnectNowError:
            await asyncio.sleep(1)
        except asyncpg.PostgresError as error:
            raise DatabaseRefused(f"The database refuses the connection: {error}") from error
    raise DatabaseRefused(f"The database was still starting after {STARTING_SECONDS} s.")
