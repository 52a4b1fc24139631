"""A visitor of the page without a browser: cookie, posts, the open stream."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL


@dataclass(frozen=True, slots=True)
class Line:
    """One message as its reader sees it."""

    text: str
    labels: tuple[str, ...]
    actions: tuple[str, ...]
    id: int = 0
    file: str = ""
    """Name of the file that came along."""
    link: str = ""
    """Where the page offers it."""


class PageVisitor:
    """A browser of the page, without the browser: its cookie, its posts, its open stream."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lines: list[Line] = []
        self._after = 0
        # A connection kept alive may be closed by the server at the moment it is used again.
        fresh = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(connector=fresh, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._stream: asyncio.Task[None] | None = None

    async def opens(self) -> None:
        async with self._session.get(self._url) as answer:
            assert answer.status == 200, await answer.text()
        self._stream = asyncio.create_task(self._listens())

    async def like(self, before: PageVisitor) -> PageVisitor:
        """The same browser: it kept its cookie."""
        self._session.cookie_jar.update_cookies(
            {cookie.key: cookie.value for cookie in before._session.cookie_jar}, URL(self._url)
        )
        await self.opens()
        return self

    async def posts(self, **message: str) -> None:
        body = {"id": secrets.token_hex(8), **message}
        async with self._session.post(f"{self._url}chat/messages", json=body) as answer:
            assert answer.status == 202, await answer.text()

    async def uploads(self, data: bytes, name: str) -> tuple[int, dict[str, Any]]:
        """Attaches a file; the status, and what the page is told."""
        address = URL(f"{self._url}chat/files").with_query(id=secrets.token_hex(8), name=name)
        kind = {"Content-Type": "application/octet-stream"}
        async with self._session.post(address, data=data, headers=kind) as answer:
            return answer.status, await answer.json()

    async def downloads(self, link: str) -> tuple[bytes, dict[str, str]]:
        """What a link of the page brings, with its headers."""
        async with self._session.get(self._url.rstrip("/") + link) as answer:
            assert answer.status == 200, answer.status
            return await answer.read(), dict(answer.headers)

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
            line = Line(
                message["text"],
                tuple(b["label"] for b in buttons),
                tuple(b.get("action", "") for b in buttons),
                message["replaces"] or message["id"],
                (message["file"] or {}).get("name", ""),
                (message["file"] or {}).get("link", ""),
            )
            old = next((i for i, one in enumerate(self._lines) if one.id == line.id), None)
            if old is None:
                self._lines.append(line)
            else:
                self._lines[old] = line
