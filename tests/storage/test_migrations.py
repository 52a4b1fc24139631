"""The schema: one head, the same as the tables in the code, and safe when several workers start at once."""

from __future__ import annotations

import asyncio

from alembic import command
from alembic.script import ScriptDirectory

from bot.storage import migrate, server


def test_migrations_have_one_head() -> None:
    scripts = ScriptDirectory(str(migrate.FOLDER))
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


async def test_the_migrated_schema_is_the_tables_of_the_code(database_url: str) -> None:
    """``alembic check``: it raises where a migration is missing."""
    await asyncio.to_thread(command.check, migrate.config(database_url))


async def test_an_empty_database_is_told_from_a_migrated_one(empty_database_url: str) -> None:
    assert await migrate.current(empty_database_url) is None
    await migrate.upgrade(empty_database_url)
    assert await migrate.current(empty_database_url) == migrate.head()


async def test_workers_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_database_url) for _ in range(4)))
    assert await migrate.current(empty_database_url) == migrate.head()


async def test_the_server_tells_its_version(database_url: str) -> None:
    found = await server.ask(database_url)
    assert found.number >= server.OLDEST
    assert not found.too_old


async def test_a_server_that_is_not_there_is_named() -> None:
    try:
        await server.ask("postgresql://nobody:x@127.0.0.1:1/none")
    except server.Unreachable as error:
        assert "127.0.0.1" in str(error)
    else:
        raise AssertionError("found a server on port 1")
