"""A question is kept apart from whoever asked it; for a month marks still find it, and so does his erasure."""

from __future__ import annotations

import datetime as dt

from bot.domain.events import StaffPressed, StaffWrote
from bot.storage import clients, questions
from bot.storage.session import Database
from bot.usecases.forget_old import forget_old
from bot.usecases.settle_questions import settle_questions
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask
from tests.storage.worker import MARIA, Worker


async def _questions(db: Database) -> list[dict[str, object]]:
    return [dict(row) for row in await ask(db, "SELECT * FROM question ORDER BY outcome, slug")]


async def test_nothing_in_it_leads_to_whoever_asked(worker: Worker, db: Database) -> None:
    await worker.says("1", "agrostartup")
    (kept,) = await _questions(db)
    assert {name: kept[name] for name in ("text", "outcome", "slug", "release", "language", "engine")} == {
        "text": "agrostartup", "outcome": "answer", "slug": "agrostartup", "release": 1, "language": "ru",
        "engine": "by-heart",
    }  # fmt: skip
    assert kept["candidates"] == '[["agrostartup", 0.9]]'
    assert kept["at"] == WEDNESDAY.replace(hour=0, minute=0, second=0, microsecond=0)
    assert not {name for name in kept if name.endswith("_id")}


async def test_one_client_counts_once_a_month_and_is_nobody_afterwards(worker: Worker, db: Database) -> None:
    for who in ("1", "2", "1"):
        await worker.says(who, "agrostartup")
    assert len({row["asker"] for row in await _questions(db)}) == 2
    worker.now[0] += dt.timedelta(days=31)
    await worker.says("1", "agrostartup")
    assert len({row["asker"] for row in await _questions(db)}) == 3
    await forget_old(worker.runtime)
    assert len(await ask(db, "SELECT * FROM question_salt")) == 1
    assert len(await ask(db, "SELECT * FROM question_link")) == 1


async def test_whether_it_helped_comes_to_the_question(worker: Worker, db: Database) -> None:
    for who in ("1", "2"):
        await worker.says(who, "agrostartup")
    episode = (await ask(db, "SELECT min(id) AS id FROM episode"))[0]["id"]
    await worker.presses("1", f"h:{episode}:1")
    await worker.presses("1", f"r:{episode}:2")
    await worker.presses("1", f"r:{episode}:5")
    marks = {(row["helped"], row["score"]) for row in await _questions(db)}
    assert marks == {(True, 2), (None, None)}
    assert [row["value"] for row in await ask(db, "SELECT value FROM score")] == [2]
    await worker.presses("2", f"h:{episode + 1}:0")
    assert {row["helped"] for row in await _questions(db)} == {True, False}


async def test_what_staff_answered_comes_to_the_question(worker: Worker, db: Database) -> None:
    """Without the names in it, with the time it took; to call a person is no question of its own."""
    await worker.says("1", "где взять навоз")
    await worker.says("1", "human")
    case = (await ask(db, 'SELECT id FROM "case"'))[0]["id"]
    await worker.happens("1", StaffPressed(MARIA, f"k:take:{case}"))
    assert await settle_questions(worker.runtime) == 0
    worker.now[0] += dt.timedelta(minutes=10)
    await worker.happens("1", StaffWrote(MARIA, "Иван Петрович, спросите в колхозе, тел. 55-66"))
    assert await settle_questions(worker.runtime) == 1
    assert await settle_questions(worker.runtime) == 0
    command, asked = await _questions(db)
    assert (asked["text"], asked["outcome"], asked["staff_seconds"]) == ("где взять навоз", "unknown", 600)
    assert str(asked["staff_answer"]).endswith("…, спросите в колхозе, тел. 00-00")
    assert (command["outcome"], command["staff_answer"]) == ("command", None)
    await worker.happens("1", StaffPressed(MARIA, f"k:done:{case}"))
    await settle_questions(worker.runtime)
    assert not await ask(db, "SELECT * FROM question_link WHERE case_id IS NOT NULL AND NOT settled")


async def test_an_erasure_takes_the_questions_of_a_month(worker: Worker, db: Database) -> None:
    """Older ones can't be told for his: nothing leads from them to him."""
    await worker.says("1", "contacts")
    worker.now[0] += dt.timedelta(days=questions.LINKED_DAYS + 1)
    await forget_old(worker.runtime)
    for who in ("1", "2"):
        await worker.says(who, "agrostartup")
    client = (await ask(db, "SELECT client_id FROM address WHERE external_id = '1'"))[0]["client_id"]
    async with db.begin() as tx:
        await clients.erase(tx, client, worker.now[0])
    assert [row["slug"] for row in await _questions(db)] == ["agrostartup", "contacts"]
    assert len(await ask(db, "SELECT * FROM question_link")) == 1


async def test_old_questions_are_forgotten(worker: Worker, db: Database) -> None:
    await worker.says("1", "contacts")
    worker.now[0] += dt.timedelta(days=1096)
    await forget_old(worker.runtime)
    assert not await _questions(db)
