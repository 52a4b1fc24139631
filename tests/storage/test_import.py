"""A folder meets what was changed at the desk: each side's changes stay, and a start never undoes a release."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.domain.errors import ReleaseUnreadable
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage import releases
from bot.storage.releases import Made
from bot.storage.session import Database
from bot.usecases.publish_pack import Came, How, Published, publish_pack
from bot.usecases.roll_back import roll_back_by_hand
from knowledge_base import stored
from knowledge_base.faults import PackError
from knowledge_base.schema import Pack
from tests.domain.talk import ROOT, WEDNESDAY
from tests.storage.rows import ask
from tests.storage.test_releases import changed

MINISTRY = Path(ROOT) / "knowledge_base" / "packs" / "ministry"
BY_HAND = How(required=REQUIRED_TEXTS)
START = How(starting=True, required=REQUIRED_TEXTS)


async def brings(db: Database, pack: Pack, how: How = BY_HAND) -> Published:
    return await publish_pack(db, pack, MINISTRY, WEDNESDAY, how)


async def at_the_desk(db: Database, slug: str, title: str) -> int:
    """A release from the desk with one title changed."""
    async with db.begin() as tx:
        await releases.lock(tx)
        newest = await releases.latest(tx)
        assert newest is not None
        pack = await releases.load(tx, newest.number)
        template = pack.templates[slug].model_copy(update={"title": {"ru": title}})
        bodies = stored.bodies_of(pack.model_copy(update={"templates": {**pack.templates, slug: template}}))
        return await releases.make(tx, bodies, stored.digest(bodies), Made("staff:1", "test", WEDNESDAY))


async def titles(db: Database, number: int) -> tuple[str, str]:
    async with db.begin() as tx:
        pack = await releases.load(tx, number)
    return pack.templates["contacts"].title["ru"], pack.templates["working-hours"].title["ru"]


async def test_a_start_leaves_what_was_released_at_the_desk(db: Database, pack: Pack) -> None:
    first = await brings(db, pack, START)
    assert (first.release, first.came, first.pack) == (1, Came.WHOLE, pack)
    assert await at_the_desk(db, "contacts", "Адреса") == 2
    again = await brings(db, pack, START)
    assert (again.release, again.came) == (2, Came.FORMER)
    assert again.pack.templates["contacts"].title["ru"] == "Адреса"


async def test_a_changed_folder_is_added_to_what_the_desk_changed(db: Database, pack: Pack) -> None:
    await brings(db, pack)
    await at_the_desk(db, "contacts", "Адреса")
    hours = pack.templates["working-hours"].model_copy(update={"title": {"ru": "Когда мы работаем"}})
    folder = pack.model_copy(update={"version": "v2", "templates": {**pack.templates, "working-hours": hours}})
    made = await brings(db, folder, START)
    assert (made.release, made.came, made.both) == (3, Came.MERGED, ())
    assert await titles(db, 3) == ("Адреса", "Когда мы работаем")
    # The folder never had the desk's change: that it still lacks it, is no change of the folder.
    later = changed(folder, "v3", folder.templates["contacts"].title["ru"])
    assert (await brings(db, later)).release == 3
    assert await titles(db, 3) == ("Адреса", "Когда мы работаем")


async def test_where_both_changed_the_desk_stays_and_it_is_told(db: Database, pack: Pack) -> None:
    await brings(db, pack)
    await at_the_desk(db, "contacts", "Адреса")
    folder = changed(pack, "v2", "Где мы")
    made = await brings(db, folder, START)
    assert (made.came, made.both) == (Came.NOTHING, (("templates", "contacts"),))
    assert any("templates/contacts" in line for line in made.told())
    assert (await titles(db, made.release))[0] == "Адреса"
    whole = await brings(db, folder, How(whole=True))
    assert (whole.release, whole.pack) == (3, folder)
    assert (await titles(db, 3))[0] == "Где мы"


async def test_a_folder_that_does_not_fit_stops_nothing(db: Database, pack: Pack) -> None:
    """The desk's template speaks of a topic that the folder has taken away."""
    await brings(db, pack)
    await at_the_desk(db, "contacts", "Адреса")
    topics = {key: topic for key, topic in pack.topics.items() if key != pack.templates["contacts"].topic}
    folder = pack.model_copy(update={"version": "v2", "topics": topics})
    with pytest.raises(PackError, match="is not in topics"):
        await brings(db, folder)
    made = await brings(db, folder, START)
    assert (made.release, made.came) == (2, Came.REFUSED)
    assert any("is not in topics" in line for line in made.told())
    assert len(await ask(db, "SELECT * FROM release")) == 2


async def test_an_older_worker_that_starts_again_does_not_bring_its_folder_back(db: Database, pack: Pack) -> None:
    await brings(db, pack, START)
    newer = changed(pack, "v2", "Адреса")
    assert (await brings(db, newer, START)).release == 2
    made = await brings(db, pack, START)
    assert (made.release, made.came, made.pack) == (2, Came.FORMER, newer)


async def test_an_older_folder_is_published_on_purpose(db: Database, pack: Pack) -> None:
    """The file was changed back, and somebody says so."""
    for folder in (pack, changed(pack, "v2", "Адреса")):
        await brings(db, folder)
    made = await brings(db, pack)
    assert (made.release, made.came, made.pack) == (3, Came.WHOLE, pack)


async def test_a_roll_back_is_a_release_with_the_old_content(db: Database, pack: Pack) -> None:
    await brings(db, pack)
    await at_the_desk(db, "contacts", "Адреса")
    assert await roll_back_by_hand(db, 1, "was right", WEDNESDAY + dt.timedelta(hours=1)) == 3
    async with db.begin() as tx:
        assert await releases.load(tx, 3) == pack
        assert await releases.latest(tx) == releases.Latest(3, pack.version)
    assert (await brings(db, pack, START)).release == 3


async def test_a_release_of_a_newer_program_is_named(db: Database, pack: Pack) -> None:
    await brings(db, pack)
    await at_the_desk(db, "contacts", "Адреса")
    unknown = (
        "UPDATE item_version SET body = '{\"news\": 1}' WHERE to_release IS NULL AND from_release = 2 RETURNING id"
    )
    async with db.begin() as tx:
        await tx.exec_driver_sql(unknown)
    with pytest.raises(ReleaseUnreadable, match="newer Otklik"):
        await brings(db, pack, START)


async def test_a_start_holds_a_folder_to_its_own_limits_too(db: Database, pack: Pack) -> None:
    """Officialese that the pack blocks is not said because somebody restarted; the release before goes on."""
    contacts = pack.templates["contacts"]
    short = {**contacts.short, "ru": f"Осуществляем приём в целях консультирования. {contacts.short['ru']}"}
    templates = {**pack.templates, "contacts": contacts.model_copy(update={"short": short})}
    folder = pack.model_copy(update={"version": "v2", "templates": templates})
    with pytest.raises(PackError, match="officialese"):
        await brings(db, folder, START)
    await brings(db, pack, START)
    made = await brings(db, folder, START)
    assert (made.release, made.came) == (1, Came.REFUSED)
    assert any("officialese" in line for line in made.told())
