"""The loops of a worker: updates are handled and calls made as long as it runs.

Each loop claims as much as it has room for, so under load many rows share one claim and one mark.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot import metrics
from bot.domain.messages import Channel, Sent
from bot.storage.attachments import Awaited
from bot.storage.inbox import Claimed
from bot.storage.outbox import Leased, Rate
from bot.storage.wake import FILES, INBOX, Waiter, outbox_of
from bot.turn import Runtime
from bot.usecases import deliver, handle_update
from bot.usecases import fetch_files as fetching
from bot.usecases.fetch_files import Fetch
from bot.usecases.handle_update import Door

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How long a lost notice can delay a row."""
GATHER_SECONDS = 0.003
"""Pause between two claims while busy: more rows share the next one."""
AFTER_FAILURE_SECONDS = 1.0
TOGETHER = 64
"""Updates that share a transaction, and one pass of the sentence encoder: a tenth cheaper than 32 (measured)."""

T = TypeVar("T")


async def handle_updates(
    runtime: Runtime, doors: Mapping[Channel, Door], stop: asyncio.Event, *, most: int = 128
) -> None:
    """Handle the inbox until ``stop``; what was begun is finished."""

    async def claim(room: int) -> Sequence[Claimed]:
        return await handle_update.claim(runtime, runtime.wake.lease(), room)

    async with runtime.wake.listening(INBOX) as waiter, asyncio.TaskGroup() as answers:
        unhurried = {channel: _unhurried(door, answers) for channel, door in doors.items()}

        async def work(claimed: Sequence[Claimed]) -> None:
            await handle_update.handle_together(runtime, unhurried, claimed)

        await _pump(runtime, "inbox", claim, work, waiter, stop, most, TOGETHER)


def _unhurried(door: Door, answers: asyncio.TaskGroup) -> Door:
    """A door that answers presses meanwhile: a slow messenger must not hold up other people's updates."""

    async def in_its_time(callback: str) -> None:
        try:
            await door.answer(callback)
        except Exception:
            log.exception("a press was not answered")

    async def answer(callback: str) -> None:
        answers.create_task(in_its_time(callback))

    return replace(door, answer=answer)


async def make_calls(
    runtime: Runtime,
    channel: Channel,
    send: deliver.Send,
    rate: Rate,
    stop: asyncio.Event,
    *,
    unknown: str = "repeat",
    most: int = 24,
) -> None:
    """Make the calls of one channel until ``stop``; what became of them is recorded meanwhile, together."""
    made: list[tuple[Leased, Sent | Exception]] = []
    something, ended, behind = Waiter(), asyncio.Event(), asyncio.Event()

    async def claim(room: int) -> Sequence[Leased]:
        if behind.is_set():  # leases of calls made may have ended: told first, or they are made again
            return ()
        return await deliver.claim(runtime, channel, runtime.wake.lease(), room, rate)

    async def work(batch: Sequence[Leased]) -> None:
        for leased in batch:
            made.append((leased, await deliver.make(send, leased, unknown=unknown)))
            something.set()

    async def record() -> None:
        while made or not ended.is_set():
            await something.wait(POLL_SECONDS)
            results = list(made)
            try:
                await deliver.record(runtime, results, rate, unknown=unknown)
            except Exception as error:
                if ended.is_set():
                    raise
                behind.set()
                log.warning("calls made can't be recorded (%s), trying again", type(error).__name__)
                await asyncio.sleep(AFTER_FAILURE_SECONDS)
            else:
                del made[: len(results)]
                behind.clear()
                waiter.set()

    async with runtime.wake.listening(outbox_of(channel)) as waiter, asyncio.TaskGroup() as group:
        group.create_task(record())
        try:
            await _pump(runtime, f"outbox of {channel.value}", claim, work, waiter, stop, most, 1)
        finally:
            ended.set()
            something.set()


async def fetch_files(
    runtime: Runtime, fetchers: Mapping[Channel, Fetch], stop: asyncio.Event, *, most: int = 4
) -> None:
    """Fetch what people sent until ``stop``; few at once, since each may weigh 20 MB."""

    async def claim(room: int) -> Sequence[Awaited]:
        return await fetching.claim(runtime, runtime.wake.lease(), room, list(fetchers))

    async def work(claimed: Sequence[Awaited]) -> None:
        for awaited in claimed:
            await fetching.fetch(runtime, fetchers, awaited)

    async with runtime.wake.listening(FILES) as waiter:
        await _pump(runtime, "files", claim, work, waiter, stop, most, 1)


async def _pump(
    runtime: Runtime, name: str, claim: Callable[[int], Awaitable[Sequence[T]]],
    work: Callable[[Sequence[T]], Awaitable[None]], waiter: Waiter, stop: asyncio.Event, most: int, together: int,
) -> None:  # fmt: skip
    """Claim up to ``most`` rows at a time, and work on them ``together`` at a time."""
    active = 0

    async def guarded(batch: Sequence[T]) -> None:
        nonlocal active
        try:
            await work(batch)
        except Exception:
            metrics.pump_failed(name)
            log.exception("%s: %d rows failed, they are tried again when their lease ends", name, len(batch))
        finally:
            active -= len(batch)
            waiter.set()

    async with asyncio.TaskGroup() as group:
        while not stop.is_set():
            runtime.pulse.beat(name)
            room = most - active
            claimed: Sequence[T] = ()
            try:
                claimed = await claim(room) if room else ()
            except Exception as error:  # noqa: BLE001 - the loop outlives any fault of the database
                metrics.pump_failed(name)
                log.warning("%s: the database does not answer (%s), trying again", name, type(error).__name__)
                await asyncio.sleep(AFTER_FAILURE_SECONDS)
            active += len(claimed)
            for first in range(0, len(claimed), together):
                group.create_task(guarded(claimed[first : first + together]))
            if len(claimed) < room or active >= most:
                await waiter.wait(POLL_SECONDS)
            if active:
                await asyncio.sleep(GATHER_SECONDS)
        runtime.pulse.let_go(name)
