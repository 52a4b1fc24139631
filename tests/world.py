"""A whole world for stories: the real worker on a real database, emulated messengers, a clock turned by hand.

People have names; a story reads as what they say, press and hear.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import asyncpg
from fastapi.dependencies import models as dependency_models
from pydantic import SecretStr

from bot import app, wiring
from bot.config import Settings
from bot.domain.messages import Channel
from bot.turn import Runtime
from tests.balancer import Balancer
from tests.colleagues import Staff
from tests.emulators.telegram import STAFF_CHAT, TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.people import PATIENCE, Client

WEDNESDAY = dt.datetime(2026, 11, 25, 11, 40, tzinfo=dt.UTC)
"""14:40 in the office: open, and no holiday near."""


class Clock:
    """The domain's clock, turned by hand."""

    def __init__(self, start: dt.datetime) -> None:
        self._start, self._real, self._ahead = start, time.monotonic(), dt.timedelta()

    def __call__(self) -> dt.datetime:
        return self._start + self._ahead + dt.timedelta(seconds=time.monotonic() - self._real)

    def turn(self, **span: float) -> None:
        """``turn(hours=2)``: two hours pass at once."""
        self._ahead += dt.timedelta(**span)


class World:
    """Everything of one story."""

    def __init__(self, settings: Settings, clock: Clock, telegram: TelegramEmulator, vk: VkEmulator) -> None:
        self.settings, self.clock, self.telegram, self.vk = settings, clock, telegram, vk
        self.url = ""
        self.workers = 1
        self.balancer: Balancer | None = None
        self._runtime: Runtime | None = None
        self._clients: list[Client] = []

    @property
    def runtime(self) -> Runtime:
        assert self._runtime is not None
        return self._runtime

    def client(self, name: str, channel: Channel) -> Client:
        made = Client(self, channel, name)
        self._clients.append(made)
        return made

    async def staff(self, name: str, team: str = "support-department", role: str = "staff") -> Staff:
        return await Staff(self, name).registered(team, role)

    async def stranger(self, name: str) -> Staff:
        """Somebody in the staff group who is not registered."""
        return Staff(self, name)

    async def passes(self, **span: float) -> None:
        """Time passes: ``passes(hours=2)``; the worker's ticks see it at once."""
        await self.settled()
        self.clock.turn(**span)

    async def settled(self) -> None:
        """Waits until everything people did is received, while somebody works, and everything received is handled."""
        deadline = time.monotonic() + PATIENCE
        while self._runtime is not None and not (self.telegram.all_taken and self.vk.all_taken):
            assert time.monotonic() < deadline, "a messenger still has updates for us"
            await asyncio.sleep(0.01)
        while await self.value("SELECT count(*) FROM inbox WHERE state = 'new'"):
            assert time.monotonic() < deadline, "updates are left unhandled"
            await asyncio.sleep(0.02)

    async def quiet(self) -> None:
        """Waits until no timer is due and nothing is left to send to staff or messengers, but for names of topics."""
        deadline = time.monotonic() + PATIENCE
        while await self.value(
            "SELECT (SELECT count(*) FROM timer WHERE state = 'set' AND fire_at <= $1)"
            " + (SELECT count(*) FROM outbox WHERE state = 'pending' AND channel <> 'page' AND kind <> 'rename_topic')",
            self.clock(),
        ):
            assert time.monotonic() < deadline, "something is left to do"
            await asyncio.sleep(0.05)

    async def value(self, query: str, *arguments: object) -> Any:
        """One value from the database, for what no person can see."""
        connection = await asyncpg.connect(self.settings.database_url)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[World]:
        """The workers run while the block does."""
        async with AsyncExitStack() as stack:
            for number in range(self.workers):
                opened = socket.socket()
                opened.bind(("127.0.0.1", 0))
                runtime = await wiring.make_runtime(self.settings, self.clock)
                stack.push_async_callback(runtime.db.close)
                await stack.enter_async_context(app.serving(self.settings, runtime, asyncio.Event(), opened))
                port = opened.getsockname()[1]
                if not number:
                    self.url, self._runtime = f"http://127.0.0.1:{port}/", runtime
                if self.balancer is not None:
                    self.balancer.targets.append(port)
                    stack.callback(self.balancer.targets.remove, port)
            yield self
        self._runtime = None
        _forget_endpoints()

    def switches(self, ingress: str) -> None:
        """The next worker receives in another way."""
        self.settings = self.settings.model_copy(update={"ingress": ingress})

    async def received_from(self) -> None:
        """Waits until both messengers know where to bring what people write."""
        deadline = time.monotonic() + PATIENCE
        by_webhook = self.settings.webhook_site is not None
        for emulator in (self.telegram, self.vk):
            while not by_webhook and not emulator.polled:
                assert time.monotonic() < deadline, "nobody polls"
                await asyncio.sleep(0.01)
            while by_webhook and not emulator.pushed_to:
                assert time.monotonic() < deadline, "no webhook is set"
                await asyncio.sleep(0.01)

    async def closes(self) -> None:
        for client in self._clients:
            await client.closes()


def _forget_endpoints() -> None:
    """FastAPI remembers the last endpoints it looked at; each of ours holds a pack and an engine, 20 MB a story."""
    for found in vars(dependency_models).values():
        if callable(clear := getattr(found, "cache_clear", None)):
            clear()


@asynccontextmanager
async def world(
    database_url: str,
    var: Path,
    *,
    start: dt.datetime = WEDNESDAY,
    by_webhook: bool = os.environ.get("OTKLIK_STORIES") == "webhook",
    workers: int = 1,
    starts: bool = True,
    **settings: Any,
) -> AsyncIterator[World]:
    """A world with Telegram, VK, the page and a staff group, running unless the story ``starts`` it itself.

    ``OTKLIK_STORIES=webhook pytest tests/scenarios/main_job`` tells every story with messengers that push.
    """
    async with TelegramEmulator() as telegram, VkEmulator() as vk, Balancer() as balancer:
        if by_webhook:
            settings = {"public_url": balancer.url, "ingress": "webhook", **settings}
        made = World(
            Settings(
                **{
                    "database_url": database_url,
                    "secret_key": SecretStr("a-secret-of-the-stories"),
                    "var": var,
                    "telegram_token": SecretStr(telegram.token),
                    "telegram_api": telegram.url,
                    "telegram_staff_chat": STAFF_CHAT,
                    "telegram_rate": 1000,
                    "telegram_chat_rate": 100,
                    "vk_token": SecretStr(vk.token),
                    "vk_group_id": vk.group_id,
                    "vk_api": vk.url,
                    "vk_rate": 1000,
                    **settings,
                }
            ),
            Clock(start),
            telegram,
            vk,
        )
        made.workers, made.balancer = workers, balancer
        async with made.running() if starts else nullcontext():
            try:
                if starts:
                    await made.received_from()
                yield made
            finally:
                await made.closes()
