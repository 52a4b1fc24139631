"""Stands between a worker and a real Rasa: passes everything on, and spoils the rankings when told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import cycle
from types import TracebackType
from typing import Self

import aiohttp

from tests.emulators.wire import CUT, Answer, HttpServer, Reply, Request

Spoil = Callable[[Reply], Answer]


def failing() -> Spoil:
    """Every ranking becomes a 500."""
    return lambda real: Reply(b'{"status":"failure","reason":"ParsingError"}', 500)


def talking_nonsense() -> Spoil:
    """In turn: a page of HTML, half of what Rasa said, half of its bytes, what it said of another text, nothing."""
    kinds: Iterator[Spoil] = cycle(
        (
            lambda real: Reply("<html>Добрый день!</html>".encode(), content_type="text/html"),
            lambda real: Reply(real.body[: len(real.body) // 2]),
            lambda real: Reply(real.body, truncated=True),
            lambda real: Reply(real.body.replace(b'"text":"', b'"text":"not ', 1)),
            lambda real: CUT,
        )
    )
    return lambda real: next(kinds)(real)


class Between(AbstractAsyncContextManager["Between"]):
    """``async with``: listens on a port of its own at ``url``. ``spoil``: what becomes of rankings; None: nothing."""

    def __init__(self, target: str) -> None:
        self.spoil: Spoil | None = None
        self.url = ""
        self._target = target
        self._server = HttpServer(self._handle)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        self.url = f"http://127.0.0.1:{await self._server.start()}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()
        await self._session.close()

    async def _handle(self, request: Request) -> Answer:
        async with self._session.request(
            request.verb,
            f"{self._target}{request.path}?{request.query}",
            data=request.body,
            headers={"Content-Type": request.content_type},
        ) as response:
            real = Reply(await response.read(), response.status)
        return self.spoil(real) if self.spoil and request.path == "/model/parse" else real
