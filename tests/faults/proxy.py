"""A network between a worker and the database that can lose its connections without telling the worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Proxy:
    """Passes TCP connections on to the database of a URL. ``url`` is where to find it through the proxy."""

    def __init__(self, url: str) -> None:
        self._target, self.url = urlsplit(url), ""
        self._links: list[_Link] = []
        self.refusing = False
        """New connections are closed at once."""
        self.silent_at = b""
        """The next connection to say this falls silent instead; once."""

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One new connection."""
        if self.refusing:
            writer.transport.abort()
            return
        assert self._target.hostname and self._target.port
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        link = _Link((reader, writer), there, self)
        self._links.append(link)
        await link.run()

    def falls_silent(self, said: bytes) -> bool:
        """Whether a connection that says this ends with it."""
        found = bool(self.silent_at) and self.silent_at in said
        if found:
            self.silent_at = b""
        return found

    def part(self) -> None:
        """As when the way breaks: the database sees its connections end, the worker sees silence.

        New connections pass.
        """
        for link in self._links:
            link.part()
        self._links.clear()

    def serve_at(self, port: int) -> None:
        self.url = self._target._replace(
            netloc=f"{self._target.username}:{self._target.password}@127.0.0.1:{port}"
        ).geturl()


End = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    def __init__(self, here: End, there: End, proxy: Proxy) -> None:
        self._here, self._there, self._proxy = here, there, proxy
        self._parted = False

    async def run(self) -> None:
        await asyncio.gather(self._pass(self._here, self._there), self._pass(self._there, self._here))

    def part(self) -> None:
        self._parted = True
        self._there[1].transport.abort()

    async def _pass(self, source: End, target: End) -> None:
        with suppress(OSError):
            while data := await source[0].read(65536):
                if source is self._here and self._proxy.falls_silent(data):
                    self.part()
                if not self._parted:
                    target[1].write(data)
                    await target[1].drain()
        if not self._parted:
            with suppress(OSError):
                target[1].close()


@asynccontextmanager
async def proxy_to(url: str) -> AsyncIterator[Proxy]:
    """A proxy on a free port, as long as the block runs."""
    made = Proxy(url)
    server = await asyncio.start_server(made.connected, "127.0.0.1", 0)
    made.serve_at(server.sockets[0].getsockname()[1])
    try:
        yield made
    finally:
        server.close()
        made.part()
