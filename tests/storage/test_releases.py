"""Releases: the pack's folder as item versions, made once however many workers start."""

from __future__ import annotations

import asyncio

import pytest

from bot.storage import releases
from bot.storage.session import Database
from knowledge_base.schema import Pack
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask


async def publish(db: Database, pack: Pack) -> int:
    async with db.begin() as tx:
        return await releases.publish(tx, pack, "import", "test", WEDNESDAY)


def changed(pack: Pack, version: str, title: str) -> Pack:
    """The same pack with one template's title changed."""
    template = pack.templates["contacts"].model_copy(update={"title": {"ru": title}})
    return pack.model_copy(update={"version": version, "templates": {**pack.templates, "contacts": template}})


async def test_the_first_import_is_release_one_with_everything_in_it(db: Database, pack: Pack) -> None:
    assert await publish(db, pack) == 1
    async with db.begin() as tx:
        items = await releases.count_items(tx, 1)
        latest = await releases.latest(tx)
    assert latest == releases.Latest(1, pack.version)
    kinds = {row["kind"]: row["n"] for row in await ask(db, "SELECT kind, count(*) AS n FROM item GROUP BY kind")}
    assert kinds["templates"] == len(pack.templates)
    assert kinds["texts"] == len(pack.texts)
    assert sum(kinds.values()) == items


async def test_the_same_pack_again_changes_nothing(db: Database, pack: Pack) -> None:
    assert [await publish(db, pack) for _ in range(3)] == [1, 1, 1]
    assert len(await ask(db, "SELECT * FROM release")) == 1


async def test_workers_that_start_at_once_make_one_release(db: Database, pack: Pack) -> None:
    assert await asyncio.gather(*(publish(db, pack) for _ in range(4))) == [1, 1, 1, 1]
    assert len(await ask(db, "SELECT * FROM release")) == 1
    doubles = "SELECT item_id FROM item_version GROUP BY item_id HAVING count(*) > 1"
    assert await ask(db, doubles) == []


async def test_only_what_changed_gets_a_new_version(db: Database, pack: Pack) -> None:
    await publish(db, pack)
    assert await publish(db, changed(pack, "v2", "Адреса")) == 2
    new = await ask(db, "SELECT slug, body FROM item_version JOIN item ON item.id = item_id WHERE from_release = 2")
    assert [row["slug"] for row in new] == ["contacts"]
    assert "Адреса" in new[0]["body"]
    ended = await ask(db, "SELECT slug FROM item_version JOIN item ON item.id = item_id WHERE to_release = 2")
    assert [row["slug"] for row in ended] == ["contacts"]
    async with db.begin() as tx:
        assert await releases.count_items(tx, 1) == await releases.count_items(tx, 2)


async def test_every_release_can_be_read_again_as_it_was(db: Database, pack: Pack) -> None:
    newer = changed(pack, "v2", "Адреса")
    await publish(db, pack)
    await publish(db, newer)
    async with db.begin() as tx:
        assert [await releases.load(tx, number) for number in (1, 2)] == [pack, newer]
        with pytest.raises(LookupError):
            await releases.load(tx, 3)


async def test_what_is_taken_out_ends_and_may_come_back(db: Database, pack: Pack) -> None:
    await publish(db, pack)
    fewer = {slug: one for slug, one in pack.templates.items() if slug != "contacts"}
    assert await publish(db, pack.model_copy(update={"version": "v2", "templates": fewer})) == 2
    assert await publish(db, pack) == 3
    async with db.begin() as tx:
        counts = [await releases.count_items(tx, number) for number in (1, 2, 3)]
    assert counts[0] == counts[1] + 1 == counts[2]
    lives = await ask(
        db,
        "SELECT from_release, to_release FROM item_version JOIN item ON item.id = item_id"
        " WHERE kind = 'templates' AND slug = 'contacts' ORDER BY 1",
    )
    assert [tuple(row.values()) for row in lives] == [(1, 2), (3, None)]
