"""A deployment under test: one database, both messengers, and workers that come, go and are killed."""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncpg

from tests.balancer import Balancer
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.faults.helper import ROOT, Helper

SECRET = "a-secret-of-the-fault-tests"
READY = "Otklik is ready"
START_SECONDS = 40.0
PORTS = range(20_000, 32_000)
"""Below those that the system gives to outgoing connections, which could take one away."""


class Transport(StrEnum):
    """How updates of messengers come in."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """One process that runs ``otklik run``. ``pidfd`` becomes readable when it has ended."""

    pid: int
    port: int
    log: Path
    pidfd: int

    @property
    def url(self) -> str:
        """Where its page is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        return not select.select([self.pidfd], [], [], 0)[0]

    def told(self) -> str:
        """What it has printed and logged so far."""
        return self.log.read_text() if self.log.exists() else ""


@dataclass(slots=True)
class Deployment:
    """Starts workers on one database.

    ``environment`` adds to or replaces their settings, ``hook`` changes them: see ``tests.faults.hooks``.
    """

    nursery: Helper
    database_url: str
    telegram: TelegramEmulator
    vk: VkEmulator
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)
    started: int = 0
    hook: str | None = None
    transport: Transport = Transport.POLLING
    balancer: Balancer | None = None
    """Stands before the workers, for webhooks."""

    def spawn(self, hook: str | None = None) -> Worker:
        """A new worker, not waited for."""
        self.started += 1
        port, log = _free_port(), self.folder / f"worker-{self.started}.log"
        pid = self.nursery.ask(env=self._environment(port), log=str(log), hook=hook or self.hook)["pid"]
        worker = Worker(pid, port, log, os.pidfd_open(pid))
        self.workers.append(worker)
        return worker

    async def start(self, hook: str | None = None) -> Worker:
        """A new worker, ready to serve."""
        return await self.ready(self.spawn(hook))

    async def ready(self, worker: Worker) -> Worker:
        """Waits until a worker serves. Raises AssertionError with its log."""
        until = time.monotonic() + START_SECONDS
        while READY not in worker.told():
            assert worker.alive and time.monotonic() < until, f"a worker did not start:\n{worker.told()}"
            await asyncio.sleep(0.02)
        if self.balancer is not None:
            self.balancer.targets.append(worker.port)
        return worker

    async def kill(self, worker: Worker) -> None:
        """kill -9; returns when the process is no more."""
        os.kill(worker.pid, signal.SIGKILL)
        await self.ended(worker)

    async def ended(self, worker: Worker, seconds: float = 10.0) -> None:
        """Waits until a worker has ended, by whatever hand."""
        until = time.monotonic() + seconds
        while worker.alive:
            assert time.monotonic() < until, f"the worker did not end:\n{worker.told()}"
            await asyncio.sleep(0.001)
        self.workers.remove(worker)
        if self.balancer is not None and worker.port in self.balancer.targets:
            self.balancer.targets.remove(worker.port)
        os.close(worker.pidfd)

    async def close(self) -> None:
        for worker in tuple(self.workers):
            if worker.alive:
                await self.kill(worker)

    def page(self) -> str | None:
        """Where a balancer would send a browser: any worker; None while there is none."""
        return random.choice(self.workers).url if self.workers else None

    async def rows(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """What the database answers; waits while it is away."""
        until = time.monotonic() + 30
        while True:
            try:
                connection = await asyncpg.connect(self.database_url, timeout=5)
                try:
                    found: Sequence[asyncpg.Record] = await connection.fetch(query, *arguments)
                    return found
                finally:
                    with suppress(Exception):
                        await connection.close(timeout=2)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.2)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for questions that must not take long."""
        connection = await asyncpg.connect(self.database_url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close(timeout=5)

    async def value(self, query: str, *arguments: object) -> Any:
        """The first value of the first row; None without rows."""
        found = await self.rows(query, *arguments)
        return found[0][0] if found else None

    async def until(self, query: str, *arguments: object, seconds: float = 20.0) -> None:
        """Waits until the query's value is true."""
        end = time.monotonic() + seconds
        while not await self.value(query, *arguments):
            assert time.monotonic() < end, f"not within {seconds} s: {query} {arguments}\n{self.logs()}"
            await asyncio.sleep(0.1)

    async def settled(self, seconds: float = 20.0) -> None:
        """Waits until everything received is handled and every call to a messenger is made."""
        await self.until(
            "SELECT NOT EXISTS (SELECT 1 FROM inbox WHERE state = 'new') "
            "AND NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'pending' AND channel <> 'page')",
            seconds=seconds,
        )

    async def receiving(self) -> None:
        """Waits until workers receive what the messengers have: before that, VK's events are not ours."""
        if self.transport is Transport.WEBHOOK:
            until = time.monotonic() + 30
            while not (self.telegram.pushed_to and self.vk.pushed_to):
                assert time.monotonic() < until, f"no webhook is set\n{self.logs()}"
                await asyncio.sleep(0.05)
            return
        await self.until("SELECT EXISTS (SELECT 1 FROM receiver)")
        await self.telegram.wait_polled(20)

    async def drained(self) -> bool:
        """Whether everything that the messengers have for us is stored, and all that is stored is handled."""
        if len(self.telegram.state.queue):
            return False
        if self.transport is Transport.WEBHOOK:
            idle = all(server.pusher.idle for server in self.vk.state.callbacks.servers.values())
            return idle and bool(await self.value("SELECT NOT EXISTS (SELECT 1 FROM inbox WHERE state = 'new')"))
        return bool(await self.value(_DRAINED, str(self.vk.state.log.ts)))

    def logs(self, last: int = 3000) -> str:
        """The ends of the logs of the workers that live."""
        return "\n".join(f"--- worker {worker.pid}\n{worker.told()[-last:]}" for worker in self.workers)

    def _webhooks(self) -> dict[str, str]:
        if self.balancer is None:
            return {}
        return {"OTKLIK_PUBLIC_URL": self.balancer.url, "OTKLIK_INGRESS": self.transport.value}

    def _environment(self, port: int) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "OTKLIK_DATABASE_URL": self.database_url,
            "OTKLIK_PORT": str(port),
            "OTKLIK_SECRET_KEY": SECRET,
            "OTKLIK_VAR": str(ROOT / "var"),
            "OTKLIK_TELEGRAM_TOKEN": self.telegram.token,
            "OTKLIK_TELEGRAM_API": self.telegram.url,
            "OTKLIK_VK_TOKEN": self.vk.token,
            "OTKLIK_VK_GROUP_ID": str(self.vk.group_id),
            "OTKLIK_VK_API": self.vk.url,
            "OTKLIK_TELEGRAM_RATE": "300",
            "OTKLIK_VK_RATE": "300",
            **self._webhooks(),
            **self.environment,
        }


_DRAINED = """
    SELECT NOT EXISTS (SELECT 1 FROM inbox WHERE state = 'new') AND split_part(position, ':', 2) = $1 FROM receiver
"""


def _free_port() -> int:
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise RuntimeError("no free port")
