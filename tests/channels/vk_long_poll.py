"""A small long poll server of VK that keeps its events."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from aiohttp import web

from bot.channels.vk.receive import poll
from tests.channels.long_polls import Inbox, working

TOKEN = "very-secret"
KEY = "secret-key-"


def event(name: str, text: str = "привет") -> dict[str, Any]:
    message = {"peer_id": 501, "from_id": 501, "out": 0, "text": text}
    return {"type": "message_new", "event_id": name, "group_id": 8, "object": {"message": message}}


class Server:
    """VK's API and long poll: ``ts`` counts events, and every event stays. ``faults`` are answered first."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.first = 100
        self.keys = 1
        self.asked: list[str] = []
        self.servers = 0
        self.forms: list[dict[str, str]] = []
        self.faults: deque[web.Response | None] = deque()
        self.api_faults: deque[web.Response] = deque()
        self.arrived = asyncio.Event()
        self.url = ""

    @property
    def ts(self) -> int:
        return self.first + len(self.events)

    async def api(self, request: web.Request) -> web.Response:
        self.forms.append({str(k): str(v) for k, v in (await request.post()).items()})
        if self.api_faults:
            return self.api_faults.popleft()
        self.servers += 1
        known = {"key": f"{KEY}{self.keys}", "server": f"{self.url}/lp", "ts": str(self.ts)}
        return web.json_response({"response": known})

    async def check(self, request: web.Request) -> web.Response:
        query = request.query
        self.asked.append(query["ts"])
        if self.faults:
            fault = self.faults.popleft()
            if fault is None:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            return fault
        if query["key"] != f"{KEY}{self.keys}":
            return web.json_response({"failed": 2})
        since = int(query["ts"])
        if since < self.first:
            return web.json_response({"failed": 1, "ts": self.first})
        if since >= self.ts:
            self.arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.arrived.wait(), float(query["wait"]))
        return web.json_response({"ts": str(self.ts), "updates": self.events[since - self.first :]})

    def push(self, *events: Any) -> None:
        self.events.extend(events)
        self.arrived.set()


def polling(server: Server, inbox: Inbox, wait: int = 2) -> AbstractAsyncContextManager[asyncio.Event]:
    return working(
        lambda stop: poll(TOKEN, 8, server.url, inbox.load_ts, inbox.store, stop, count=inbox.count, wait=wait)
    )
