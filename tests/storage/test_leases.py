"""Leases of a worker that was killed are free at once; those of one that lives are nobody else's."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.domain.messages import Kind
from bot.storage import leases
from bot.storage.wake import Wake
from bot.usecases import free_leases
from tests.storage.rows import ask, claim, put
from tests.storage.worker import Worker


async def until_held(worker: Worker, wake: Wake) -> None:
    while await gone(worker) & {wake.lease()[:8]}:
        await asyncio.sleep(0.05)


async def gone(worker: Worker) -> set[str]:
    async with worker.runtime.db.begin() as tx:
        return await leases.gone(tx)


async def test_only_the_killed_are_freed(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_leases, "SURE_SECONDS", 0.2)
    living, killed = Wake(worker.runtime.db.url), Wake(worker.runtime.db.url)
    tasks = [asyncio.ensure_future(wake.run()) for wake in (living, killed)]
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    (first,) = await worker.claims(living.lease())
    await worker.receives("2", Kind.TEXT, text="agrostartup")
    (second,) = await worker.claims(killed.lease())
    await put(worker.runtime.db, ("9", "привет"))
    (call,) = await claim(worker.runtime.db, lease=killed.lease())
    await until_held(worker, living)
    await until_held(worker, killed)
    assert await free_leases.free_leases(worker.runtime) == 0

    tasks[1].cancel()
    with suppress(asyncio.CancelledError):
        await tasks[1]
    while not await gone(worker):
        await asyncio.sleep(0.05)
    assert await free_leases.free_leases(worker.runtime) == 2
    (again,) = await worker.claims("another")
    assert again.id == second.id
    (once_more,) = await claim(worker.runtime.db, lease="another")
    assert once_more.call.id == call.call.id
    assert once_more.lost, "nobody knows whether it was made: counted and treated as such"
    assert await worker.handles(second) == "lost"
    assert await worker.handles(first) == "answer"
    tasks[0].cancel()
    with suppress(asyncio.CancelledError):
        await tasks[0]


async def test_a_worker_that_lost_its_connection_is_back_before_anybody_is_sure(worker: Worker) -> None:
    wake = Wake(worker.runtime.db.url)
    task = asyncio.ensure_future(wake.run())
    await worker.receives("1", Kind.TEXT, text="agrostartup")
    (held,) = await worker.claims(wake.lease())
    await until_held(worker, wake)
    await ask(
        worker.runtime.db,
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = :locks",
        locks=leases.LOCKS,
    )
    assert await free_leases.free_leases(worker.runtime) == 0
    assert await worker.handles(held) == "answer"
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
