"""The load: waves for throughput, an even stream for latency. Times are those of the emulator's clock."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scripts.benchmarks.messengers import Messenger, Reply
from scripts.benchmarks.processes import BenchError
from scripts.benchmarks.workload import Act, Content, acts, first_contact

LOOK_SECONDS = 0.05
QUIET_SECONDS = 0.3
STUCK_SECONDS = 20.0

Describe: TypeAlias = Callable[[int, Act, int], dict[str, Any]]
"""Client, act, last message seen -> the act for the emulator's control API."""


@dataclass
class Crowd:
    """Clients of one messenger and what they have got so far."""

    messenger: Messenger
    describe: Describe
    clients: Sequence[int]
    acts: Mapping[int, Iterator[Act]]
    unwanted: str
    """A reply that must not come."""
    last: dict[int, int] = field(default_factory=dict)
    """Last message of the bot, by client."""
    got: Counter[int] = field(default_factory=Counter)
    pushed: int = 0
    floods: int = 0
    """How often ``unwanted`` came."""
    replies: list[Reply] = field(default_factory=list)
    """Everything got since the list was cleared."""

    def next_act(self, client: int) -> dict[str, Any]:
        """The client's next act, for the emulator."""
        self.pushed += 1
        return self.describe(client, next(self.acts[client]), self.last.get(client, 0))

    async def look(self) -> int:
        """Take note of new replies. Returns how many."""
        found = await self.messenger.replies()
        for reply in found:
            self.last[reply.client] = reply.message
            self.got[reply.client] += 1
            self.floods += reply.text == self.unwanted
        self.replies.extend(found)
        return len(found)


def crowd(messenger: Messenger, describe: Describe, content: Content, clients: Sequence[int], unwanted: str) -> Crowd:
    """Clients who have not said anything yet."""
    will = {client: acts(content, client) for client in clients}
    return Crowd(messenger, describe, clients, will, unwanted)


async def greet(crowds: Sequence[Crowd]) -> None:
    """Everybody opens the chat and gets the welcome."""
    for one in crowds:
        await one.messenger.replies()
        await one.messenger.push([first_contact(client) for client in one.clients])
        one.pushed += len(one.clients)
    await _answered(crowds, 1)
    await _quiet(crowds)


async def waves(crowds: Sequence[Crowd], count: int, outstanding: int) -> float:
    """Every client acts ``outstanding`` times at once, ``count`` times over.

    Returns the seconds from the first push to the last reply, pauses for looking left out.
    """
    seconds = 0.0
    for _ in range(count):
        started = time.time()
        for one in crowds:
            one.got.clear()
            one.replies.clear()
            wave = [one.next_act(client) for _ in range(outstanding) for client in one.clients]
            started = min(started, await one.messenger.push(wave))
        await _answered(crowds, outstanding)
        await _quiet(crowds)
        seconds += max(one.replies[-1].at for one in crowds) - started
    return seconds


async def stream(one: Crowd, per_second: float, seconds: float) -> list[float]:
    """One act after the other, evenly, by all clients in turn. Returns seconds until each first reply."""
    pushed: list[tuple[int, float]] = []
    one.replies.clear()
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(round(per_second * seconds)):
            await asyncio.sleep(begun + number / per_second - time.monotonic())
            group.create_task(_push(one, one.clients[number % len(one.clients)], pushed))
    waits: list[float] = []

    def complete() -> bool:
        waits[:] = _waits(pushed, one.replies)
        return len(waits) == len(pushed)

    await _until([one], complete)
    await _quiet([one])
    return waits


async def _push(one: Crowd, client: int, pushed: list[tuple[int, float]]) -> None:
    pushed.append((client, await one.messenger.push([one.next_act(client)])))


def _waits(pushed: Sequence[tuple[int, float]], replies: Sequence[Reply]) -> list[float]:
    """Seconds from each push to the client's next reply; pushes without one are left out."""
    by_client: dict[int, list[float]] = {}
    for reply in replies:
        by_client.setdefault(reply.client, []).append(reply.at)
    first = ((at, next((r for r in by_client.get(client, ()) if r >= at), None)) for client, at in pushed)
    return [replied - at for at, replied in first if replied is not None]


async def _answered(crowds: Sequence[Crowd], least: int) -> None:
    """Until every client has got at least so many messages."""
    await _until(crowds, lambda: all(c.got[client] >= least for c in crowds for client in c.clients))


async def _quiet(crowds: Sequence[Crowd]) -> None:
    """Until nothing more comes: an answer may have several messages."""
    still_since = time.monotonic()
    while time.monotonic() - still_since < QUIET_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        if sum([await one.look() for one in crowds]):
            still_since = time.monotonic()


async def _until(crowds: Sequence[Crowd], reached: Callable[[], bool]) -> None:
    moved = time.monotonic()
    while not reached():
        await asyncio.sleep(LOOK_SECONDS)
        if sum([await one.look() for one in crowds]):
            moved = time.monotonic()
        elif time.monotonic() - moved > STUCK_SECONDS:
            raise BenchError(f"no reply for {STUCK_SECONDS:.0f} s, though some are missing")
