"""Pushed updates share commits: each is told of the one that holds it, and nobody of another's end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.messages import Channel, Received
from bot.storage import inbox
from bot.storage.session import Database
from bot.usecases.receive import Together
from tests.domain.talk import WEDNESDAY


def row(number: int) -> Received:
    return Received(Channel.TELEGRAM, str(number), f"telegram:{number % 3}", {"update_id": number})


class Slow:
    """A store whose first commit waits for ``go_on``."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.batches: list[list[str]] = []
        self.failures = 0

    async def store(self, rows: Sequence[Received]) -> None:
        self.batches.append([one.external_id for one in rows])
        await self.go_on.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")


async def begun(slow: Slow, together: Together, count: int) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(together.store([row(number)])) for number in range(count)]
    while not slow.batches:
        await asyncio.sleep(0)
    return tasks


async def test_what_comes_during_a_commit_shares_the_next() -> None:
    slow = Slow()
    tasks = await begun(slow, Together(slow.store), 5)
    slow.go_on.set()
    await asyncio.gather(*tasks)
    assert sum(map(len, slow.batches)) == 5 and len(slow.batches) <= 2


async def test_a_failed_commit_is_told_to_those_it_held_alone() -> None:
    slow = Slow()
    slow.failures = 1
    together = Together(slow.store)
    tasks = await begun(slow, together, 3)
    slow.go_on.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert any(isinstance(one, ConnectionError) for one in outcomes)
    assert [str(n) for n, one in enumerate(outcomes) if one is not None] == slow.batches[0]
    await together.store([row(9)])


async def test_a_request_cut_off_leaves_the_others_whole() -> None:
    slow = Slow()
    together = Together(slow.store)
    first = asyncio.create_task(together.store([row(0)]))
    while not slow.batches:
        await asyncio.sleep(0)
    others = [asyncio.create_task(together.store([row(number)])) for number in (1, 2)]
    await asyncio.sleep(0)
    others[0].cancel()
    first.cancel()
    slow.go_on.set()
    await others[1]
    with pytest.raises(asyncio.CancelledError):
        await first
    assert slow.batches[-1] == ["2"]


async def test_two_workers_store_one_update_once_and_in_order(db: Database) -> None:
    async def store(rows: Sequence[Received]) -> None:
        async with db.once() as tx:
            await inbox.store(tx, rows, WEDNESDAY)

    workers = [Together(store), Together(store)]
    for start in range(0, 30, 3):  # a chat's next update comes when the one before was taken
        async with asyncio.TaskGroup() as group:
            for number in range(start, start + 3):
                for worker in workers:
                    group.create_task(worker.store([row(number)]))
    async with db.begin() as tx:
        seen: dict[str, list[int]] = {}
        for _ in range(30):
            for one in await inbox.claim(tx, "lease", 10):
                seen.setdefault(one.conversation, []).append(one.payload["update_id"])
                assert await inbox.settle(tx, one, "done", WEDNESDAY)
    assert seen == {f"telegram:{chat}": list(range(chat, 30, 3)) for chat in range(3)}
