"""A whole world for stories: the real worker on a real database, emulated messengers, a clock turned by hand.

People have names; a story reads as what they say, press and hear.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from pydantic import SecretStr

from bot import app
from bot.config import Settings
from bot.domain.messages import Channel
from bot.turn import Runtime
from bot.usecases.add_staff import add_staff
from tests.emulators.telegram import STAFF_CHAT, TelegramEmulator
from tests.emulators.vk import VkEmulator

PATIENCE = 6.0
"""Seconds a person waits for an answer in a story."""
SOON = 0.35
"""Seconds of silence after which nothing more is expected."""
WEDNESDAY = dt.datetime(2026, 11, 25, 11, 40, tzinfo=dt.UTC)
"""14:40 in the office: open, and no holiday near."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message as its reader sees it."""

    text: str
    labels: tuple[str, ...]
    actions: tuple[str, ...]
    id: int = 0


class Clock:
    """The domain's clock, turned by hand."""

    def __init__(self, start: dt.datetime) -> None:
        self._start, self._real, self._ahead = start, time.monotonic(), dt.timedelta()

    def __call__(self) -> dt.datetime:
        return self._start + self._ahead + dt.timedelta(seconds=time.monotonic() - self._real)

    def turn(self, **span: float) -> None:
        """``turn(hours=2)``: two hours pass at once."""
        self._ahead += dt.timedelta(**span)


class Client:
    """A named client in one channel."""

    def __init__(self, world: World, channel: Channel, name: str) -> None:
        self._world, self.channel, self.name = world, channel, name
        self.id = 1000 + secrets.randbelow(10**8)
        self._heard = 0
        self._page: PageVisitor | None = None

    async def starts(self) -> None:
        """Opens the chat for the first time."""
        match self.channel:
            case Channel.TELEGRAM:
                self._world.telegram.client_starts(self.id, self.name)
            case Channel.VK:
                self._world.vk.client_starts(self.id, self.name)
            case Channel.PAGE:
                await (await self._visitor()).posts(kind="start")

    async def says(self, text: str) -> None:
        match self.channel:
            case Channel.TELEGRAM:
                self._world.telegram.client_says(self.id, text, self.name)
            case Channel.VK:
                self._world.vk.client_says(self.id, text, first_name=self.name)
            case Channel.PAGE:
                await (await self._visitor()).posts(kind="text", text=text)

    async def presses(self, label: str) -> None:
        """Presses the newest button whose label begins so."""
        button = next(
            ((line, i) for line in reversed(await self.lines()) for i, found in enumerate(line.labels)
             if found.startswith(label)), None,
        )
        assert button is not None, f"{self.name} sees no button «{label}»:\n{await self.transcript()}"
        line, position = button
        match self.channel:
            case Channel.TELEGRAM:
                self._world.telegram.client_presses(self.id, line.actions[position], line.id)
            case Channel.VK:
                self._world.vk.client_presses(self.id, line.labels[position], line.id)
            case Channel.PAGE:
                await (await self._visitor()).posts(
                    kind="button", text=line.labels[position], action=line.actions[position]
                )

    async def forges(self, action: str) -> None:
        """Sends a button's action that was never offered."""
        match self.channel:
            case Channel.TELEGRAM:
                self._world.telegram.client_presses(self.id, action, forged=True)
            case Channel.VK:
                self._world.vk.client_says(self.id, "…", payload=json.dumps({"a": action}))
            case Channel.PAGE:
                await (await self._visitor()).posts(kind="button", text="…", action=action)

    async def sends(self, kind: str) -> None:
        """Sends a sticker, voice, photo ... (messengers only)."""
        if self.channel is Channel.TELEGRAM:
            self._world.telegram.client_sends(self.id, kind, self.name)
        else:
            self._world.vk.client_sends(self.id, kind, self.name)

    async def hears(self, *parts: str, patience: float = PATIENCE) -> Line:
        """Waits for a message that holds all parts, after those heard before. Returns it."""
        def fits(line: Line) -> bool:
            return all(part.casefold() in line.text.casefold() for part in parts)

        deadline = time.monotonic() + patience
        while True:
            lines = await self.lines()
            for position in range(self._heard, len(lines)):
                if fits(lines[position]):
                    self._heard = position + 1
                    return lines[position]
            assert time.monotonic() < deadline, (
                f"{self.name} did not hear {parts}; after «{self._heard}» messages:\n{await self.transcript()}"
            )
            await asyncio.sleep(0.02)

    async def hears_nothing(self, seconds: float = SOON) -> None:
        before = len(await self.lines())
        await self._world.settled()
        await asyncio.sleep(seconds)
        after = await self.lines()
        assert len(after) == before, f"{self.name} heard: {after[before:]}"

    async def lines(self) -> Sequence[Line]:
        """Everything the assistant said to this client."""
        if self.channel is Channel.PAGE:
            return (await self._visitor()).lines()
        emulator = self._world.telegram if self.channel is Channel.TELEGRAM else self._world.vk
        return [
            Line(sent.text, tuple(sent.labels), tuple(b.data for b in sent.buttons), sent.message_id)
            for sent in emulator.messages(self.id)
        ]

    async def hears_on(self) -> Line:
        """The next message, whatever it says."""
        return await self.hears("")

    async def speaks_again(self, before: int) -> None:
        """Waits until more than ``before`` messages were said."""
        deadline = time.monotonic() + PATIENCE
        while len(await self.lines()) <= before:
            assert time.monotonic() < deadline, f"nothing was answered to {self.name}:\n{await self.transcript()}"
            await asyncio.sleep(0.02)

    async def last(self) -> Line:
        lines = await self.lines()
        assert lines, f"nothing was said to {self.name}"
        return lines[-1]

    async def transcript(self) -> str:
        return "\n".join(f"  • {line.text}  {list(line.labels)}" for line in await self.lines())

    async def closes(self) -> None:
        if self._page is not None:
            await self._page.closes()

    async def _visitor(self) -> PageVisitor:
        if self._page is None:
            self._page = PageVisitor(self._world.url)
            await self._page.opens()
        return self._page


class PageVisitor:
    """A browser of the page, without the browser: its cookie, its posts, its open stream."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lines: list[Line] = []
        self._after = 0
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._stream: asyncio.Task[None] | None = None

    async def opens(self) -> None:
        async with self._session.get(self._url) as answer:
            assert answer.status == 200, await answer.text()
        self._stream = asyncio.create_task(self._listens())

    async def posts(self, **message: str) -> None:
        body = {"id": secrets.token_hex(8), **message}
        async with self._session.post(f"{self._url}chat/messages", json=body) as answer:
            assert answer.status == 202, await answer.text()

    def lines(self) -> Sequence[Line]:
        return list(self._lines)

    async def closes(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
        await self._session.close()

    async def _listens(self) -> None:
        while True:
            async with self._session.get(f"{self._url}chat/stream?after={self._after}", timeout=None) as answer:
                assert answer.status == 200, answer.status
                name = ""
                async for raw in answer.content:
                    field_name, _, value = raw.decode().rstrip("\n").partition(": ")
                    if field_name == "event":
                        name = value
                    elif field_name == "data" and not name:
                        self._takes(json.loads(value))
                    elif not field_name:
                        name = ""

    def _takes(self, message: dict[str, Any]) -> None:
        self._after = message["id"]
        if not message["own"]:
            buttons = [button for row in message["rows"] for button in row]
            self._lines.append(Line(
                message["text"], tuple(b["label"] for b in buttons), tuple(b.get("action", "") for b in buttons),
                message["id"],
            ))


@dataclass(slots=True)
class Staff:
    """A named member of the staff, in the Telegram staff group."""

    world: World
    name: str
    id: int = field(default_factory=lambda: 5000 + secrets.randbelow(10**8))

    async def registered(self, team: str = "support-department") -> Staff:
        content = self.world.runtime.shelf.content
        await add_staff(
            self.world.runtime.db, content.pack, name=self.name, telegram=str(self.id), team=team, role="staff",
            now=self.world.clock(),
        )
        return self

    async def topic(self) -> int:
        """The newest topic of the staff group."""
        await self._until(lambda: bool(self.world.telegram.topics(STAFF_CHAT)), "a topic")
        return self.world.telegram.topics(STAFF_CHAT)[-1].thread_id

    async def sees(self, *parts: str, general: bool = False) -> Line:
        """Waits for a post in the newest topic (or the general part) that holds all parts."""
        found: list[Line] = []

        def look() -> bool:
            found[:] = [line for line in self.posts(general) if all(p.casefold() in line.text.casefold() for p in parts)]
            return bool(found)

        await self._until(look, f"a post with {parts}")
        return found[-1]

    def posts(self, general: bool = False) -> list[Line]:
        topics = self.world.telegram.topics(STAFF_CHAT)
        thread = None if general or not topics else topics[-1].thread_id
        return [
            Line(sent.text, tuple(sent.labels), tuple(b.data for b in sent.buttons), sent.message_id)
            for sent in self.world.telegram.messages(STAFF_CHAT) if sent.thread_id == thread
        ]

    async def answers(self, text: str) -> None:
        self.world.telegram.staff_says(self.id, STAFF_CHAT, await self.topic(), text)

    async def presses(self, label: str) -> None:
        await self.topic()
        line = next((found for found in reversed(self.posts()) if label in found.labels), None)
        assert line is not None, f"{self.name} sees no button «{label}»"
        self.world.telegram.staff_presses(self.id, STAFF_CHAT, line.actions[line.labels.index(label)], line.id)

    async def _until(self, met: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not met():
            assert time.monotonic() < deadline, (
                f"{self.name} did not see {what}; the group:\n{self.world.telegram.transcript(STAFF_CHAT)}"
            )
            await asyncio.sleep(0.02)


class World:
    """Everything of one story."""

    def __init__(self, settings: Settings, clock: Clock, telegram: TelegramEmulator, vk: VkEmulator) -> None:
        self.settings, self.clock, self.telegram, self.vk = settings, clock, telegram, vk
        self.url = ""
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

    async def staff(self, name: str, team: str = "support-department") -> Staff:
        return await Staff(self, name).registered(team)

    async def stranger(self, name: str) -> Staff:
        """Somebody in the staff group who is not registered."""
        return Staff(self, name)

    async def passes(self, **span: float) -> None:
        """Time passes: ``passes(hours=2)``; the worker's ticks see it at once."""
        await self.settled()
        self.clock.turn(**span)

    async def settled(self) -> None:
        """Waits until everything received is handled."""
        deadline = time.monotonic() + PATIENCE
        while await self.value("SELECT count(*) FROM inbox WHERE state = 'new'"):
            assert time.monotonic() < deadline, "updates are left unhandled"
            await asyncio.sleep(0.02)

    async def quiet(self) -> None:
        """Waits until no timer is due and nothing is left to send to staff or messengers."""
        deadline = time.monotonic() + PATIENCE
        while await self.value(
            "SELECT (SELECT count(*) FROM timer WHERE state = 'set' AND fire_at <= $1)"
            " + (SELECT count(*) FROM outbox WHERE state = 'pending' AND channel <> 'page')", self.clock(),
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
        """The worker runs while the block does."""
        stop = asyncio.Event()
        opened = socket.socket()
        opened.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{opened.getsockname()[1]}/"
        self._runtime = await app.make_runtime(self.settings, self.clock)
        async with app.serving(self.settings, self._runtime, stop, opened):
            yield self
        await self._runtime.db.close()

    async def closes(self) -> None:
        for client in self._clients:
            await client.closes()


@asynccontextmanager
async def world(
    database_url: str, var: Path, *, start: dt.datetime = WEDNESDAY, **settings: Any
) -> AsyncIterator[World]:
    """A world with Telegram, VK, the page and a staff group, running."""
    async with TelegramEmulator() as telegram, VkEmulator() as vk:
        made = World(Settings(**{
            "database_url": database_url, "secret_key": SecretStr("a-secret-of-the-stories"), "var": var,
            "telegram_token": SecretStr(telegram.token), "telegram_api": telegram.url,
            "telegram_staff_chat": STAFF_CHAT, "telegram_rate": 1000, "vk_token": SecretStr(vk.token),
            "vk_group_id": vk.group_id, "vk_api": vk.url, "vk_rate": 1000, **settings,
        }), Clock(start), telegram, vk)
        async with made.running():
            await telegram.wait_polled()
            await vk.wait_polled()
            try:
                yield made
            finally:
                await made.closes()
