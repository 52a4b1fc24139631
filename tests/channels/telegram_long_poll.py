"""A small Bot API that holds updates until they are confirmed, and an inbox that shows what was committed."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from bot.channels.telegram.receive import poll
from bot.domain.messages import Received

TOKEN = "4242:very-secret"


def update(number: int, text: str = "привет") -> dict[str, Any]:
    chat = {"id": 501, "type": "private", "first_name": "Анна"}
    return {"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "text": text}}


class Server:
    """A Bot API server: holds updates until an offset confirms them; ``faults`` are answered first."""

    def __init__(self) -> None:
        self.held: list[Any] = []
        self.faults: deque[web.Response | None] = deque()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.arrived = asyncio.Event()
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        assert request.match_info["token"] == TOKEN
        method, wish = request.match_info["method"], await request.json()
        self.calls.append((method, wish))
        if method == "getUpdates" and self.faults:
            fault = self.faults.popleft()
            if fault is None:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return fault
        if method != "getUpdates":
            return web.json_response({"ok": True, "result": True})
        confirmed = [i for i, held in enumerate(self.held) if _id(held) < wish.get("offset", 0)]
        del self.held[: confirmed[-1] + 1 if confirmed else 0]
        if not self.held:
            self.arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.arrived.wait(), wish["timeout"])
        return web.json_response({"ok": True, "result": self.held[:100]})

    def push(self, *updates: Any) -> None:
        self.held.extend(updates)
        self.arrived.set()

    def offsets(self) -> list[int | None]:
        return [wish.get("offset") for method, wish in self.calls if method == "getUpdates"]


def _id(raw: Any) -> float:
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) else float("inf")


class Inbox:
    """What was committed. ``failures`` is how many of the next commits fail."""

    def __init__(self) -> None:
        self.rows: list[Received] = []
        self.batches: list[list[str]] = []
        self.failures = 0
        self.counted: Counter[str] = Counter()

    async def store(self, rows: Sequence[Received]) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError(f"database refuses {rows[0].payload}")
        self.rows.extend(rows)
        self.batches.append([row.external_id for row in rows])

    def ids(self) -> list[str]:
        return [row.external_id for row in self.rows]

    def count(self, name: str) -> None:
        self.counted[name] += 1


@asynccontextmanager
async def polling(server: Server, inbox: Inbox, wait: int = 5) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(poll(TOKEN, server.url, inbox.store, stop, count=inbox.count, wait=wait))
        yield stop
        stop.set()


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
