"""Visitors of the page, as browsers behave: what is not taken goes again, a stream goes on where it was."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.page.visitor import unsign
from tests.faults.deployment import SECRET

Balancer = Callable[[], str | None]
"""The address of a worker that lives now."""

PAUSE = 0.2
_LOST = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the browser shows it. ``own``: the visitor's words; ``key``: the id he gave them."""

    id: int
    text: str
    own: bool


class Visitor:
    """One browser. ``shown`` holds everything its stream has brought, in order."""

    def __init__(self, session: aiohttp.ClientSession, balancer: Balancer, lot: random.Random) -> None:
        self._session, self._balancer, self._lot = session, balancer, lot
        self._cookie: dict[str, str] = {}
        self._queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._seen = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.id = ""
        self.shown: list[Shown] = []
        self.repeats = 0
        """Posts sent again, their first answer being lost or a refusal."""
        self.refusals: Counter[int] = Counter()
        """Statuses other than 202 that posts got; 0: the connection was lost."""

    async def opens(self) -> None:
        """Loads the page: from then on the visitor has a cookie, a stream and a queue of posts."""
        async with self._session.get(f"{self._balancer()}/") as answer:
            morsel = answer.cookies["otklik"]
        self._cookie = {"Cookie": f"otklik={morsel.value}"}
        found = unsign(morsel.value, SECRET)
        assert found is not None
        self.id = found
        for work in (self._stream(), self._posting(), self._acknowledging()):
            self._tasks.append(asyncio.create_task(work))

    def says(self, key: str, text: str) -> None:
        """Puts a message into the queue; the queue sends one after another until each is taken."""
        self._queue.put_nowait((key, text))

    async def closes(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _posts(self, key: str, text: str) -> tuple[int, float]:
        """One attempt. The status (0: the connection was lost), and the seconds to wait before the next."""
        base, body = self._balancer(), {"id": key, "kind": "text", "text": text}
        # A phone that loses its network right after sending: the answer goes nowhere.
        limit = aiohttp.ClientTimeout(total=0.01 if self._lot.random() < 0.03 else 15)
        try:
            async with self._session.post(
                f"{base}/chat/messages", json=body, headers=self._cookie, timeout=limit
            ) as answer:
                await answer.read()
                return answer.status, float(answer.headers.get("Retry-After", PAUSE))
        except _LOST:
            return 0, PAUSE

    async def _posting(self) -> None:
        while True:
            key, text = await self._queue.get()
            while True:
                status, wait = await self._posts(key, text)
                if status == 202 and self._lot.random() > 0.03:  # else: this answer was lost as well
                    break
                self.repeats += 1
                if status != 202:
                    self.refusals[status] += 1
                    await asyncio.sleep(wait)

    async def _stream(self) -> None:
        while True:
            with suppress(*_LOST):
                await self._read()
            await asyncio.sleep(PAUSE * self._lot.random())

    async def _read(self) -> None:
        after = self.shown[-1].id if self.shown else 0
        limit = aiohttp.ClientTimeout(total=None, sock_read=30)
        address = f"{self._balancer()}/chat/stream?after={after}"
        async with self._session.get(address, headers=self._cookie, timeout=limit) as answer:
            event: dict[str, str] = {}
            async for raw in answer.content:
                name, _, value = raw.decode().rstrip("\r\n").partition(": ")
                if name:
                    event[name] = value
                    continue
                if "data" in event and "event" not in event:
                    self._show(json.loads(event["data"]))
                event = {}

    def _show(self, message: dict[str, Any]) -> None:
        self.shown.append(Shown(message["id"], message["text"], message["own"]))
        self._seen.set()

    async def _acknowledging(self) -> None:
        while True:
            await self._seen.wait()
            self._seen.clear()
            if not await self._acknowledged(self.shown[-1].id):
                self._seen.set()
                await asyncio.sleep(PAUSE)

    async def _acknowledged(self, upto: int) -> bool:
        try:
            async with self._session.post(
                f"{self._balancer()}/chat/ack",
                json={"upto": upto},
                headers=self._cookie,
                timeout=aiohttp.ClientTimeout(total=10),
            ) as answer:
                return answer.status == 204
        except _LOST:
            return False
