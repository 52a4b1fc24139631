"""What the tests of both messengers' long polls share: an inbox that shows what was committed, and waiting."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager

from bot.domain.messages import Received


class Inbox:
    """What was committed, VK's ``ts`` included. ``failures`` is how many of the next commits of rows fail."""

    def __init__(self, ts: str | None = None) -> None:
        self.rows: list[Received] = []
        self.batches: list[tuple[list[str], str | None]] = []
        """The ids of each commit, and ``ts`` after it."""
        self.ts = ts
        self.failures = 0
        self.counted: Counter[str] = Counter()

    async def load_ts(self) -> str | None:
        return self.ts

    async def store(self, rows: Sequence[Received], ts: str | None = None) -> None:
        if rows and self.failures:
            self.failures -= 1
            raise RuntimeError(f"database refuses {rows[0].payload}")
        self.rows.extend(rows)
        self.ts = ts
        self.batches.append(([row.external_id for row in rows], ts))

    def ids(self) -> list[str]:
        return [row.external_id for row in self.rows]

    def count(self, name: str) -> None:
        self.counted[name] += 1


@asynccontextmanager
async def working(poll: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> AsyncIterator[asyncio.Event]:
    """``poll`` runs while the block does, and ends when its event is set."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(poll(stop))
        yield stop
        stop.set()


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
