"""The loops of a worker: updates are handled and calls made as long as it runs.

Each loop claims as much as it has room for, so under load many rows share one claim and one mark.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from bot.domain.messages import Channel, Sent
from bot.storage.inbox import Claimed
from bot.storage.outbox import Leased, Rate
from bot.storage.wake import INBOX, OUTBOX, Waiter
from bot.turn import Runtime
from bot.usecases import deliver, handle_update
from bot.usecases.handle_update import Door

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""How long a lost notice can delay a row."""
GATHER_SECONDS = 0.003
"""Pause between two claims while busy: more rows share the next one."""
AFTER_FAILURE_SECONDS = 1.0

T = TypeVar("T")


async def handle_updates(
    runtime: Runtime, doors: Mapping[Channel, Door], stop: asyncio.Event, *, most: int = 8
) -> None:
    """Handle the inbox until ``stop``; what was begun is finished."""

    async def claim(room: int) -> Sequence[Claimed]:
        return await handle_update.claim(runtime, secrets.token_hex(8), room)

    async def work(claimed: Claimed) -> None:
        await handle_update.handle(runtime, doors, claimed)

    async with runtime.wake.listening(INBOX) as waiter:
        await _pump("inbox", claim, work, waiter, stop, most)


async def make_calls(
    runtime: Runtime, channel: Channel, send: deliver.Send, rate: Rate, stop: asyncio.Event, *,
    unknown: str = "repeat", most: int = 24,
) -> None:
    """Make the calls of one channel until ``stop``."""
    made: list[tuple[Leased, Sent | Exception]] = []

    async def claim(room: int) -> Sequence[Leased]:
        await record()
        return await deliver.claim(runtime, channel, secrets.token_hex(8), room, rate)

    async def record() -> None:
        results = list(made)
        if results:
            await deliver.record(runtime, results, rate, unknown=unknown)
            del made[: len(results)]

    async def work(leased: Leased) -> None:
        made.append((leased, await deliver.make(send, leased, unknown=unknown)))

    async with runtime.wake.listening(OUTBOX) as waiter:
        await _pump(f"outbox of {channel.value}", claim, work, waiter, stop, most)
    await record()


async def _pump(
    name: str, claim: Callable[[int], Awaitable[Sequence[T]]], work: Callable[[T], Awaitable[None]],
    waiter: Waiter, stop: asyncio.Event, most: int,
) -> None:
    active = 0

    async def guarded(one: T) -> None:
        nonlocal active
        try:
            await work(one)
        except Exception:
            log.exception("%s: a row failed, it is tried again when its lease ends", name)
        finally:
            active -= 1
            waiter.set()

    async with asyncio.TaskGroup() as group:
        while not stop.is_set():
            claimed: Sequence[T] = ()
            try:
                claimed = await claim(most - active) if active < most else ()
            except Exception as error:
                log.warning("%s: the database does not answer (%s), trying again", name, type(error).__name__)
                await asyncio.sleep(AFTER_FAILURE_SECONDS)
            for one in claimed:
                active += 1
                group.create_task(guarded(one))
            if claimed:
                await asyncio.sleep(GATHER_SECONDS if active < most else 0)
            if not claimed or active >= most:
                await waiter.wait(POLL_SECONDS)
            if active:
                await asyncio.sleep(GATHER_SECONDS)
