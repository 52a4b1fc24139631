"""Waking and leading, over two connections as two workers have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from bot.storage import leader, wake
from bot.storage.leader import leading
from bot.storage.wake import Wake
from tests.faults.proxy import proxy_to


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Wake]:
    """A worker's wake, connected and listening."""
    made = Wake(url)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(made.run())
        await _connected(url)
        yield made
        task.cancel()


async def _connected(url: str) -> None:
    """Every wake of this database listens."""
    connection = await asyncpg.connect(url)
    try:
        for _ in range(300):
            listening = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND query ILIKE 'LISTEN%' AND state = 'idle'"
            )
            if listening:
                await asyncio.sleep(0.05)
                return
            await asyncio.sleep(0.01)
    finally:
        await connection.close()


async def _lose_connections(url: str) -> None:
    """As if the database had been restarted."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


async def test_a_signal_wakes_the_other_worker_and_this_one(database_url: str) -> None:
    async with (
        running(database_url) as here,
        running(database_url) as there,
        here.listening("inbox") as mine,
        there.listening("inbox") as theirs,
    ):
        here.signal(["inbox"])
        assert await mine.wait(5)
        assert await theirs.wait(5)


async def test_only_the_topic_that_was_signalled_wakes(database_url: str) -> None:
    async with (
        running(database_url) as here,
        running(database_url) as there,
        there.listening("page:1") as one,
        there.listening("page:2") as other,
    ):
        here.signal(["page:1"])
        assert await one.wait(5)
        assert not await other.wait(0.1)


async def test_many_signals_wake_once(database_url: str) -> None:
    async with running(database_url) as here, running(database_url) as there, there.listening("inbox") as waiter:
        for _ in range(200):
            here.signal(["inbox"])
        assert await waiter.wait(5)
        await asyncio.sleep(0.1)
        await waiter.wait(0.05)
        assert not await waiter.wait(0.05)


async def test_a_signal_before_waiting_is_not_missed(database_url: str) -> None:
    made = Wake(database_url)
    async with made.listening("inbox") as waiter:
        made.signal(["inbox"])
        assert await waiter.wait(0.01)
        assert not await waiter.wait(0.01)


async def test_after_a_lost_connection_it_listens_again(database_url: str) -> None:
    async with running(database_url) as here, running(database_url) as there:
        await _lose_connections(database_url)
        async with there.listening("inbox") as waiter:
            for _ in range(60):
                here.signal(["inbox"])
                if await waiter.wait(0.1):
                    break
            else:
                raise AssertionError("never woken again")


@pytest.mark.parametrize("said", [b"pg_advisory_lock_shared", b'LISTEN "'])
async def test_a_connection_silent_before_it_listens_is_given_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    """Else the worker would hold leases and no lock, and the others would free them again and again."""
    monkeypatch.setattr(wake, "SILENT_SECONDS", 0.5)
    async with proxy_to(database_url) as way, asyncio.timeout(20):
        way.silent_at = said
        async with running(way.url) as here, here.listening("inbox") as waiter:
            connection = await asyncpg.connect(database_url)
            while not await waiter.wait(0.1):
                await connection.execute("SELECT pg_notify($1, 'another inbox')", wake.CHANNEL)
            await connection.close()
    assert way.silent_at == b""


async def test_one_leads_and_the_next_takes_over(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "RETRY_SECONDS", 0.05)
    order: list[str] = []
    release = asyncio.Event()

    async def lead(name: str) -> None:
        async with leading(database_url, "poll.telegram"):
            order.append(name)
            await release.wait()
            order.append(f"{name} ends")

    async with asyncio.TaskGroup() as group:
        group.create_task(lead("a"))
        await asyncio.sleep(0.3)
        group.create_task(lead("b"))
        await asyncio.sleep(0.3)
        assert order == ["a"]
        release.set()
    assert order == ["a", "a ends", "b", "b ends"]


async def test_channels_are_led_apart(database_url: str) -> None:
    async with leading(database_url, "poll.telegram"), leading(database_url, "poll.vk") as lost:
        assert not lost.is_set()


async def test_a_leader_learns_that_its_lock_is_gone(database_url: str) -> None:
    async with leading(database_url, "poll.telegram") as lost:
        await _lose_connections(database_url)
        async with asyncio.timeout(5):
            await lost.wait()
    async with asyncio.timeout(5), leading(database_url, "poll.telegram"):
        pass


async def test_a_leader_that_is_not_heard_any_more_is_followed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is paused, or whose machine is gone, keeps the others from nothing."""
    monkeypatch.setattr(leader, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(leader, "SILENT_SECONDS", 1)
    monkeypatch.setattr(leader, "BEAT_SECONDS", 30.0)
    async with (
        leading(database_url, "poll.telegram") as lost,
        asyncio.timeout(10),
        leading(database_url, "poll.telegram") as held,
    ):
        assert lost.is_set() and not held.is_set()


async def test_whoever_stops_waiting_leaves_no_lock_behind(database_url: str) -> None:
    async with leading(database_url, "poll.telegram"):
        waiting = asyncio.ensure_future(leading(database_url, "poll.telegram").__aenter__())
        await asyncio.sleep(0.2)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(5), leading(database_url, "poll.telegram"):
        pass
