"""Workers are killed at random moments, shortly after many have written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from bot.domain.messages import Channel
from tests.faults.crowd import Crowd
from tests.faults.records import Pushed

BURST = {Channel.TELEGRAM: 50, Channel.VK: 40, Channel.PAGE: 30}
"""Written at once shortly before a kill. Only these count as under way: others may wait for a lease."""
IN_FLIGHT = 20
"""Of them under way at a kill, at least, or it is not counted."""
CAUGHT_UP_SECONDS = 3.0
ARRIVED_SECONDS = 4.0
SHORTER, LONGER = 0.7, 1.05


@dataclass(slots=True)
class Kill:
    """One kill: which messages it struck, and how long the last of them took to be answered."""

    at: float
    left: list[Pushed]
    seconds: float = 0.0


@dataclass(slots=True)
class Executioner:
    """Kills, and keeps count. ``latest``: seconds after the first arrival that a kill may take; it learns."""

    crowd: Crowd
    workers: int = 2
    latest: float = 0.5
    kills: list[Kill] = field(default_factory=list)
    """Those that have struck enough."""
    _fresh: list[Kill] = field(default_factory=list)

    async def kills_one(self) -> None:
        """Goes on until one more kill has struck enough messages."""
        count = len(self.kills)
        for _ in range(20):
            await self._kill()
            if len(self.kills) > count:
                return
        raise AssertionError("too few messages were under way, again and again")

    async def look(self) -> None:
        """Learns which messages are answered by now; call it often, it is what measures recovery."""
        await self.crowd.look()
        for kill in tuple(self._fresh):
            kill.seconds = time.monotonic() - kill.at
            if all((one.channel, one.key) in self.crowd.finished for one in kill.left):
                self._fresh.remove(kill)

    async def _kill(self) -> None:
        deployment, lot = self.crowd.deployment, self.crowd.lot
        while len(deployment.workers) < self.workers:
            await deployment.start()
        await self._caught_up()
        before = len(self.crowd.pushed)
        async with deployment.connected() as connection:
            for channel, count in BURST.items():
                self.crowd.write(channel, count, idle=True)
            written = self.crowd.pushed[before:]
            await _arrived(connection, written)
        await asyncio.sleep(lot.uniform(0, self.latest))
        victim = lot.choice(deployment.workers)
        assert victim.alive, f"a worker has ended by itself:\n{victim.told()}"
        await deployment.kill(victim)
        struck = Kill(time.monotonic(), [])
        await self.look()
        struck.left = [one for one in written if (one.channel, one.key) not in self.crowd.finished]
        if len(struck.left) < IN_FLIGHT:
            self.latest *= SHORTER
            return
        self.latest = min(1.0, self.latest * LONGER)
        self.kills.append(struck)
        self._fresh.append(struck)

    async def _caught_up(self) -> None:
        """Waits until hardly anything is left that no killed worker holds: a kill shall strike new messages."""
        until = time.monotonic() + CAUGHT_UP_SECONDS
        while time.monotonic() < until and await self.crowd.deployment.value(_FREE) > 10:
            await asyncio.sleep(0.05)


async def _arrived(connection: asyncpg.Connection, written: Sequence[Pushed]) -> None:
    """Waits until something of a messenger is stored: a kill before that would strike nobody."""
    until = time.monotonic() + ARRIVED_SECONDS
    keys = [one.key for one in written if one.channel is not Channel.PAGE]
    query = "SELECT EXISTS (SELECT 1 FROM inbox WHERE channel <> 'page' AND external_id = ANY($1))"
    while time.monotonic() < until and not await connection.fetchval(query, keys):
        await asyncio.sleep(0.002)


_FREE = """
    SELECT count(*) FROM inbox i WHERE i.state = 'new' AND NOT EXISTS (
        SELECT 1 FROM inbox p WHERE p.state = 'new' AND p.conversation = i.conversation AND p.id <= i.id
        AND p.lease_until > clock_timestamp())
"""
