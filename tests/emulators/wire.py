"""A small HTTP/1.1 server on bare asyncio: quick, and able to misbehave on purpose.

A handler answers a `Request` with a `Reply`, with `Cut` (the connection dies without a reply) or with an
awaitable of one of them. Plain answers are written at once, without a task, which is what keeps a call cheap.
"""

from __future__ import annotations

import asyncio
import enum
import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Final, cast

import httptools

log = logging.getLogger(__name__)

JSON_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; `body` is sent as it is."""

    body: bytes
    status: int = 200
    content_type: str = JSON_TYPE
    truncated: bool = False
    """The head promises the whole body, half of it comes, and the connection ends."""


class Cut(enum.Enum):
    """The connection is closed at once, without an answer."""

    CUT = enum.auto()


CUT: Final = Cut.CUT
Answer = Reply | Cut
Handler = Callable[["Request"], Answer | Awaitable[Answer]]


@dataclass(slots=True)
class Request:
    """One HTTP request, whole: `path` without the query, `query` and `body` as sent."""

    verb: str
    path: str
    query: str
    content_type: str
    body: bytes
    keep_alive: bool
    _gone: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def gone(self) -> asyncio.Event:
        """Set as soon as the caller has closed the connection."""
        return self._gone


class _Connection(asyncio.Protocol):
    """One client connection: parses requests and answers them strictly in their order."""

    __slots__ = ("_body", "_current", "_parser", "_server", "_transport", "_type", "_url", "_waiting")

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._url = b""
        self._type = b""
        self._body: list[bytes] = []
        self._waiting: deque[Request] = deque()
        self._current: Request | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio.Transport.
        self._transport = cast(asyncio.Transport, transport)
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.connections.discard(self)
        if self._current is not None:
            self._current.gone.set()
        self._waiting.clear()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort()

    def on_message_begin(self) -> None:
        self._url = b""
        self._type = b""
        self._body = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(name) == 12 and name.lower() == b"content-type":
            self._type = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        path, _, query = self._url.partition(b"?")
        self._waiting.append(
            Request(
                verb=self._parser.get_method().decode("ascii"),
                path=path.decode("latin-1"),
                query=query.decode("latin-1"),
                content_type=self._type.decode("latin-1"),
                body=b"".join(self._body),
                keep_alive=self._parser.should_keep_alive(),
            )
        )
        self._serve_waiting()

    def abort(self) -> None:
        """Close at once; nothing more is read or written."""
        if self._transport is not None:
            self._transport.abort()

    def _serve_waiting(self) -> None:
        while self._waiting and self._current is None:
            request = self._current = self._waiting.popleft()
            try:
                outcome = self._server.handler(request)
            except Exception as error:  # noqa: BLE001 - a fault of the emulator must not end the connection
                outcome = self._server.failed(request, error)
            if isinstance(outcome, (Reply, Cut)):
                self._finish(request, outcome)
            else:
                self._server.run(request, outcome, partial(self._finish_later, request))

    def _finish_later(self, request: Request, answer: Answer) -> None:
        self._finish(request, answer)
        self._serve_waiting()

    def _finish(self, request: Request, answer: Answer) -> None:
        self._current = None
        if self._transport is None:
            return
        if isinstance(answer, Cut):
            self.abort()
            return
        body = answer.body[: len(answer.body) // 2] if answer.truncated else answer.body
        self._transport.write(_head(answer, request.keep_alive) + body)
        if answer.truncated or not request.keep_alive:
            self._transport.close()


_PLAIN_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def _head(reply: Reply, keep_alive: bool) -> bytes:
    if reply.status == 200 and keep_alive and reply.content_type == JSON_TYPE:
        return _PLAIN_HEAD % len(reply.body)
    lines = (
        f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}",
        f"Content-Type: {reply.content_type}",
        f"Content-Length: {len(reply.body)}",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


class HttpServer:
    """Serves one handler on 127.0.0.1. `errors` holds what the handler raised: a test may look there."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.connections: set[_Connection] = set()
        self.errors: list[BaseException] = []
        self._tasks: set[asyncio.Task[Answer]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1 and return the port (0 asks the system for a free one)."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", port, backlog=1024)
        address = self._server.sockets[0].getsockname()
        return int(address[1])

    async def close(self) -> None:
        """Stop listening, cut every connection, end every answer under way."""
        if self._server is not None:
            self._server.close()
        self.cut_all()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut_all(self) -> None:
        """Close every open connection without an answer, as when a server is restarted."""
        for connection in tuple(self.connections):
            connection.abort()

    def run(self, request: Request, outcome: Awaitable[Answer], finish: Callable[[Answer], None]) -> None:
        """Answer later: `finish` is called with what `outcome` gives, even when the caller has left."""
        task = asyncio.ensure_future(_awaited(outcome))
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, request, finish))

    def failed(self, request: Request, error: BaseException) -> Reply:
        """A fault of the emulator itself: kept, logged and answered with 500."""
        self.errors.append(error)
        log.error("emulator failed on %s %s", request.verb, request.path, exc_info=error)
        return Reply(b'{"ok":false,"error_code":500,"description":"emulator failure"}', 500)

    def _done(self, request: Request, finish: Callable[[Answer], None], task: asyncio.Task[Answer]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        finish(self.failed(request, error) if error is not None else task.result())


async def _awaited(outcome: Awaitable[Answer]) -> Answer:
    return await outcome


async def held(news: asyncio.Future[Any], request_gone: asyncio.Event, timeout: float) -> None:
    """Hold a poll until there is news, the caller has left or `timeout` seconds have passed."""
    left = asyncio.ensure_future(request_gone.wait())
    ends: list[asyncio.Future[Any]] = [news, left]
    try:
        await asyncio.wait(ends, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()


async def settled(outcome: Answer | Awaitable[Answer]) -> Answer:
    """The answer itself, waited for if need be."""
    if inspect.isawaitable(outcome):
        return await outcome
    return outcome
