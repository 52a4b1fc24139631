"""Workers are lost with many updates in hand: the one that kills them is found, and no other pays for it."""

from __future__ import annotations

import asyncio

from bot.domain.messages import Kind
from bot.suspects import MOST_LOST
from tests.storage.rows import ask, do
from tests.storage.worker import Killed, Worker

LOST = "UPDATE inbox SET lease_until = '-infinity' WHERE state = 'new'"


async def _lives(worker: Worker) -> bool:
    """One worker takes all there is; whether it lives to see the end. Then its leases are free."""
    try:
        await worker.handles_together(await worker.claims())
    except Killed:
        await do(worker.runtime.db, LOST)
        return False
    return True


async def test_the_update_that_kills_is_set_aside_and_those_beside_it_are_answered(worker: Worker) -> None:
    for who in range(1, 8):
        words = {"dies": True} if who == 4 else {"text": "agrostartup"}
        await worker.receives(str(who), Kind.TEXT, **words)
    # A worker that is killed ends at once: whatever else it held is as far as it was.
    lost = 0
    while not await _lives(worker):
        lost += 1
        assert lost < 20
    assert lost == 1 + MOST_LOST
    kept = await ask(worker.runtime.db, "SELECT conversation, state, outcome FROM inbox ORDER BY id")
    aside = [(one["conversation"], one["outcome"]) for one in kept if one["state"] == "aside"]
    assert aside == [("telegram:4", "its workers were lost")]
    assert {one["state"] for one in kept} == {"done", "aside"}
    assert (await worker.hears("4"))[0].startswith("Сейчас не получилось")
    for who in (1, 2, 3, 5, 6, 7):
        assert len(await worker.hears(str(who))) == 1


async def test_whoever_waited_while_workers_were_killed_is_answered(worker: Worker) -> None:
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    for _ in range(20):
        assert await worker.claims()
        await do(worker.runtime.db, LOST)
    assert await worker.works() == ["answer"]


async def test_suspects_are_handled_one_at_a_time(worker: Worker) -> None:
    for who in ("1", "2"):
        await worker.receives(who, Kind.TEXT, text="agrostartup")
    await worker.claims()
    await do(worker.runtime.db, LOST)
    first, second = await worker.claims()
    async with worker.runtime.suspects:
        waiting = asyncio.create_task(worker.handles_together([first, second]))
        await asyncio.sleep(0.1)
        begun = await ask(worker.runtime.db, "SELECT id FROM inbox WHERE alone > 0")
        assert begun == []
    await waiting
    done = await ask(worker.runtime.db, "SELECT alone, state FROM inbox")
    assert [(one["alone"], one["state"]) for one in done] == [(1, "done")] * 2


async def test_one_whose_claim_is_lost_meanwhile_is_left_alone(worker: Worker) -> None:
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    await worker.claims()
    await do(worker.runtime.db, LOST)
    (mine,) = await worker.claims("slow")
    await do(worker.runtime.db, LOST)
    (others,) = await worker.claims("quick")
    assert await worker.handles(mine) == "lost"
    assert await worker.handles(others) == "answer"
