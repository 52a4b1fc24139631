"""Marks of response terms: each exactly once, through restarts and by any worker."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot.domain.events import StaffWrote
from bot.storage import timers
from bot.usecases.fire_timers import fire_timers
from tests.domain.talk import WEDNESDAY
from tests.storage.rows import ask
from tests.storage.worker import MARIA, Worker


async def posts(worker: Worker) -> list[str]:
    """What is told of terms; the name of the topic, which shows the same sign, is none of it."""
    return [text for text in await worker.hears("-1001") if text.startswith(("⏳ Ответить", "🔴 К", "🔴 Р"))]


async def test_each_mark_is_told_at_its_time_and_once(worker: Worker) -> None:
    await worker.says("1", "human")
    for minutes, fired in ((0, 0), (89, 0), (90, 1), (119, 0), (120, 1), (149, 0), (150, 1), (9999, 0)):
        worker.now[0] = WEDNESDAY + dt.timedelta(minutes=minutes)
        assert await fire_timers(worker.runtime) == fired, f"after {minutes} minutes"
    assert [text.split()[0] for text in await posts(worker)] == ["⏳", "🔴", "🔴"]
    assert (await ask(worker.runtime.db, "SELECT reached FROM term"))[0]["reached"] == "supervisor"


async def test_after_a_long_sleep_all_that_is_due_is_told_in_order(worker: Worker) -> None:
    await worker.says("1", "human")
    worker.now[0] += dt.timedelta(days=1)
    assert await fire_timers(worker.runtime) == 3
    assert [text.split()[0] for text in await posts(worker)] == ["⏳", "🔴", "🔴"]


async def test_workers_that_tick_at_once_fire_once(worker: Worker) -> None:
    for who in range(6):
        await worker.says(str(who), "human")
    worker.now[0] += dt.timedelta(days=1)
    fired = await asyncio.gather(*(fire_timers(worker.runtime) for _ in range(4)))
    assert sum(fired) == 18
    assert len(await posts(worker)) == 18
    assert {row["state"] for row in await ask(worker.runtime.db, "SELECT state FROM timer")} == {"fired"}


async def test_a_persons_answer_drops_what_is_left(worker: Worker) -> None:
    await worker.says("1", "human")
    worker.now[0] += dt.timedelta(minutes=100)
    assert await fire_timers(worker.runtime) == 1
    await worker.happens("1", StaffWrote(MARIA, "Слушаю."))
    worker.now[0] += dt.timedelta(days=1)
    assert await fire_timers(worker.runtime) == 0
    states = [row["state"] for row in await ask(worker.runtime.db, "SELECT state FROM timer ORDER BY id")]
    assert states == ["fired", "dropped", "dropped"]


async def test_a_next_question_runs_a_term_of_its_own(worker: Worker) -> None:
    await worker.says("1", "human")
    await worker.happens("1", StaffWrote(MARIA, "Слушаю."))
    worker.now[0] += dt.timedelta(minutes=10)
    await worker.says("1", "а ещё вопрос")
    terms = await ask(worker.runtime.db, "SELECT due_at, stopped_at FROM term ORDER BY id")
    assert [row["stopped_at"] is None for row in terms] == [False, True]
    assert terms[1]["due_at"] == WEDNESDAY + dt.timedelta(minutes=130)


async def test_a_mark_is_settled_by_one(worker: Worker) -> None:
    await worker.says("1", "human")
    async with worker.runtime.db.begin() as tx:
        due = await timers.due(tx, WEDNESDAY + dt.timedelta(days=1), 10)
        assert len(due) == 3
        assert await timers.due(tx, WEDNESDAY + dt.timedelta(days=1), 2) == due[:2]
        assert await timers.settle(tx, due[0].id, WEDNESDAY)
        assert not await timers.settle(tx, due[0].id, WEDNESDAY)
