"""The faults of a siege, one function each: what goes wrong for a while, and is mended at its end.

Clients write before, meanwhile and afterwards; that all of them are answered is the siege's to see.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulators.base import Emulator
from tests.faults import weather
from tests.faults.crowd import Crowd
from tests.faults.deployment import Transport
from tests.faults.helper import Helper
from tests.faults.kills import BURST, Executioner
from tests.faults.proxy import proxy_to

DAY, HOUR = 86_400, 3_600
SENDS = ("sendMessage", "messages.send")
POLLS = ("getUpdates", "a_check", "groups.getLongPollServer")


@dataclass(slots=True)
class Scene:
    """What a fault may lay hands on. ``seconds``: how long it lasts; ``paused``: how long a worker stands still."""

    crowd: Crowd
    keeper: Helper
    executioner: Executioner
    seed: int
    kills: int
    seconds: float
    paused: float
    clock: Path
    share: int
    """Bursts are so many times smaller than before a kill."""

    @property
    def emulators(self) -> tuple[Emulator, Emulator]:
        return self.crowd.deployment.telegram, self.crowd.deployment.vk

    def burst(self) -> None:
        """Many write at once, on every channel."""
        for channel, count in BURST.items():
            self.crowd.write(channel, count // self.share)

    async def lasts(self) -> None:
        """The fault lasts, and in the middle of it many write."""
        await asyncio.sleep(self.seconds / 2)
        self.burst()
        await asyncio.sleep(self.seconds / 2)

    async def complete(self) -> None:
        """Nobody who was killed is missing."""
        while len(self.crowd.deployment.workers) < self.executioner.workers:
            await self.crowd.deployment.start()

    async def workers(self) -> None:
        """As many workers as there should be, all of them new."""
        deployment = self.crowd.deployment
        old = tuple(deployment.workers)
        for _ in range(self.executioner.workers):
            await deployment.start()
        for one in old:
            os.kill(one.pid, signal.SIGTERM)
        for one in old:
            await deployment.ended(one, 30)


async def workers_killed(scene: Scene) -> None:
    """kill -9, again and again, while both messengers fail at random."""
    deployment = scene.crowd.deployment
    polling = deployment.transport is Transport.POLLING
    weather.storm(deployment.telegram, deployment.vk, scene.seed, reorder=polling)
    for _ in range(scene.kills):
        await scene.executioner.kills_one()
    for emulator in scene.emulators:
        emulator.faults.clear()


async def database_restarted(scene: Scene) -> None:
    """The server stops without a last checkpoint, and comes back after a while."""
    scene.burst()
    await asyncio.to_thread(scene.keeper.ask, do="stop")
    try:
        await scene.lasts()
    finally:
        await asyncio.to_thread(scene.keeper.ask, do="start")


async def database_cut_off(scene: Scene) -> None:
    """All connections of all workers fall silent; then new ones are refused for a while."""
    deployment = scene.crowd.deployment
    async with proxy_to(deployment.database_url) as way:
        deployment.environment = {**deployment.environment, "OTKLIK_DATABASE_URL": way.url}
        await scene.workers()
        scene.burst()
        await asyncio.sleep(0.2)
        way.part()
        way.refusing = True
        await scene.lasts()
        way.refusing = False
        scene.burst()
        await _served(scene)
        deployment.environment = {k: v for k, v in deployment.environment.items() if k != "OTKLIK_DATABASE_URL"}
        await scene.workers()


async def _served(scene: Scene) -> None:
    """The workers themselves get over it: no new one helps. Others write on meanwhile."""
    mended = time.monotonic()
    while time.monotonic() < mended + 60:
        await scene.crowd.look()
        if all(one.at > mended for one in scene.crowd.unfinished()):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not answered a minute later\n{scene.crowd.deployment.logs()}")


async def messengers_slow(scene: Scene) -> None:
    """Every call takes a second and a half."""
    await _faulty(scene, (("delay", 1.0, {"seconds": 1.5}),), SENDS + POLLS)


async def messengers_hang(scene: Scene) -> None:
    """Calls are not answered at all, some of them having taken effect."""
    late = {"seconds": scene.seconds, "after": True}
    await _faulty(scene, (("hang", 0.4, late), ("hang", 1.0, {"seconds": scene.seconds})), SENDS)


async def messengers_refuse(scene: Scene) -> None:
    """Errors of the server, limits, and then no connection at all."""
    kinds: Sequence[Kind] = (
        ("too_many", 0.3, {}),
        ("error_500", 0.4, {}),
        ("error_502", 0.5, {}),
        ("error_502", 1.0, {"after": True}),
    )
    await _faulty(scene, kinds, SENDS + POLLS)
    ports = [int(emulator.url.rpartition(":")[2]) for emulator in scene.emulators]
    scene.burst()
    for emulator in scene.emulators:
        await emulator.server.close()
    await asyncio.sleep(scene.seconds)
    for emulator, port in zip(scene.emulators, ports, strict=True):
        await emulator.server.start(port)


async def messengers_lie(scene: Scene) -> None:
    """200 with a failure, other JSON, HTML, half a body; a success that nobody sees, a failure that everybody does."""
    kinds: Sequence[Kind] = (
        ("phantom", 0.1, {}), ("lie", 0.3, {}), ("lie", 0.4, {"after": True}),
        ("truncated", 0.5, {}), ("truncated", 1.0, {"after": True}),
    )  # fmt: skip
    await _faulty(scene, kinds[:1], SENDS, lasts=False)
    await _faulty(scene, kinds[1:], SENDS + POLLS)


Kind = tuple[str, float, Mapping[str, Any]]


async def _faulty(scene: Scene, kinds: Sequence[Kind], methods: Sequence[str], *, lasts: bool = True) -> None:
    """Every call of these methods meets the first of these faults that its lot falls on."""
    for emulator in scene.emulators:
        for method in methods:
            for kind, probability, options in kinds:
                emulator.faults.chance(kind, probability, method=method, **options)
    scene.burst()
    if lasts:
        await scene.lasts()
    else:
        await _served(scene)
    for emulator in scene.emulators:
        emulator.faults.clear()


async def worker_paused(scene: Scene) -> None:
    """One worker stands still in the middle of its work, others take it over, and then it goes on."""
    deployment = scene.crowd.deployment
    scene.burst()
    await asyncio.sleep(scene.crowd.lot.uniform(0.05, 0.3))
    paused = deployment.workers[0]
    os.kill(paused.pid, signal.SIGSTOP)
    await asyncio.sleep(scene.paused)
    scene.burst()
    os.kill(paused.pid, signal.SIGCONT)


async def clock_jumps(scene: Scene) -> None:
    """A day ahead, and then an hour back; a client's term passes meanwhile."""
    ahead = float(scene.clock.read_text())
    scene.burst()
    for jump in (DAY, -HOUR):
        ahead += jump
        scene.clock.write_text(str(ahead))
        await scene.lasts()


async def listening_lost(scene: Scene) -> None:
    """Nobody hears of anything any more: what is committed is found by looking."""
    for _ in range(5):
        await scene.crowd.deployment.rows(_DEAFEN)
        scene.burst()
        await asyncio.sleep(scene.seconds / 5)


_DEAFEN = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE ANY (ARRAY['LISTEN%', '%pg_notify%'])
"""


async def disk_full(scene: Scene) -> None:
    """The tables of the database can't grow any more."""
    await asyncio.to_thread(scene.keeper.ask, do="fill")
    scene.burst()
    await scene.lasts()
    await asyncio.to_thread(scene.keeper.ask, do="free")


async def disk_full_of_log(scene: Scene) -> None:
    """Its log can't grow either, which ends the server."""
    await asyncio.to_thread(scene.keeper.ask, do="fill")
    scene.burst()
    await asyncio.to_thread(scene.keeper.ask, do="switch")
    await scene.lasts()
    await asyncio.to_thread(scene.keeper.ask, do="free")


Phase = Callable[[Scene], Awaitable[None]]

PHASES: tuple[Phase, ...] = (
    workers_killed,
    worker_paused,
    database_restarted,
    database_cut_off,
    listening_lost,
    messengers_slow,
    messengers_hang,
    messengers_refuse,
    messengers_lie,
    clock_jumps,
)
DISK_PHASES: tuple[Phase, ...] = (disk_full, disk_full_of_log)
DISK_MEGABYTES = 400
"""Of the disk that they need to themselves."""
