"""The schema: one head, the same as the tables in the code, and safe when several workers start at once."""

from __future__ import annotations

import asyncio

from alembic import command
from alembic.script import ScriptDirectory

from bot.storage import migrate, releases, server
from bot.storage.session import Database


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


async def test_what_was_released_before_there_were_drafts_counts_as_imported(empty_database_url: str) -> None:
    await asyncio.to_thread(command.upgrade, migrate.config(empty_database_url), "0013")
    db = Database(empty_database_url, size=1)
    async with db.begin() as tx:
        for statement in (
            "INSERT INTO release VALUES (1, 'v1', 'import', 'x', now()), (2, 'v2', 'import', 'x', now())",
            "INSERT INTO item (kind, slug) VALUES ('texts', 'hello'), ('texts', 'gone')",
            "INSERT INTO item_version (item_id, body, from_release, to_release, author, at)"
            " SELECT id, 'old', 1, 2, '', now() FROM item",
            "INSERT INTO item_version (item_id, body, from_release, author, at)"
            " SELECT id, 'new', 2, '', now() FROM item WHERE slug = 'hello'",
        ):
            await tx.exec_driver_sql(statement)
    await migrate.upgrade(empty_database_url)
    async with db.begin() as tx:
        assert await releases.folder_bodies(tx) == {("texts", "hello"): "new"}
        assert [await releases.imported_as(tx, version) for version in ("v1", "v2", "v3")] == [1, 2, None]
    await db.close()


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
