"""Somebody who asks the client's page over HTTP and keeps its cookies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from bot.channels.page.visitor import unsign
from tests.channels.page_stub import SECRET, House


@dataclass
class Browser:
    """A client that keeps cookies."""

    house: House
    url: str
    session: aiohttp.ClientSession

    @property
    def visitor(self) -> str:
        cookie = next(c for c in self.session.cookie_jar if c.key == "otklik")
        visitor = unsign(cookie.value, SECRET)
        assert visitor
        return visitor

    def bring(self, cookie: str) -> None:
        """Plant a cookie."""
        self.session.cookie_jar.update_cookies({"otklik": cookie}, URL(self.url))

    async def open(self, address: str = "/", **headers: str) -> tuple[int, str, Any]:
        async with self.session.get(self.url + address, headers=headers) as response:
            return response.status, await response.text(), response.headers

    async def post(self, address: str, content: Any, headers: Mapping[str, str] | None = None) -> tuple[int, Any, Any]:
        sent = content if isinstance(content, bytes) else json.dumps(content).encode()
        types = {"Content-Type": "application/json", **(headers or {})}
        async with self.session.post(self.url + address, data=sent, headers=types) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None, response.headers

    async def write(self, text: str, key: str = "one", **more: Any) -> int:
        status, _, _ = await self.post(
            "/chat/messages", {"id": key, "kind": "text", "text": text, "action": "", **more}
        )
        return int(status)

    async def listen(self, count: int, address: str = "/chat/stream", **headers: str) -> list[dict[str, Any]]:
        """The first ``count`` events, pings left out; each with its name, id and data."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(5), self.session.get(self.url + address, headers=headers) as response:
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/event-stream")
            event: dict[str, Any] = {"event": "message", "id": None}
            async for line in response.content:
                name, _, value = line.decode().rstrip("\r\n").partition(": ")
                if name in ("event", "id"):
                    event[name] = value
                elif name == "data":
                    event["data"] = json.loads(value)
                elif not name and "data" in event:
                    if event["event"] != "ping":
                        found.append(event)
                    event = {"event": "message", "id": None}
                if len(found) == count:
                    break
        return found
