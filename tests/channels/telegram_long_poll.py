"""A small Bot API that holds updates until they are confirmed."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

from aiohttp import web

from bot.channels.telegram.receive import poll
from tests.channels.long_polls import Inbox, working

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


def polling(server: Server, inbox: Inbox, wait: int = 5) -> AbstractAsyncContextManager[asyncio.Event]:
    return working(lambda stop: poll(TOKEN, server.url, inbox.store, stop, count=inbox.count, wait=wait))
