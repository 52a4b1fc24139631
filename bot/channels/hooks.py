"""What every webhook needs: an address nobody guesses, and a guard between the network and the inbox."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, TypeAlias

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

log = logging.getLogger(__name__)

Count: TypeAlias = Callable[[str], None]
"""Takes the name of something that happened, for the metrics."""

ROOT: Final = "/hooks"
MAX_BODY: Final = 1024 * 1024
"""Bytes; a real update has a few thousand."""
MOST_OPEN: Final = 200
"""Requests under way in one worker. Messengers open at most 100 connections and repeat what is turned away."""
READ_SECONDS: Final = 10.0
STORE_SECONDS: Final = 20.0
WRONG_BURST: Final = 20
"""Forgeries of one source that are told so, a minute; further ones only that they are too many."""
_SOURCES: Final = 1000


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a messenger delivers, and what it proves itself with."""

    path: str
    secret: str = field(repr=False)


def hook(channel: str, account: str, key: str) -> Hook:
    """The hook of a bot or community: always the same for the same key, guessed by nobody without it."""

    def derived(what: str) -> str:
        return hmac.new(key.encode(), f"webhook.{channel}.{account}.{what}".encode(), sha256).hexdigest()

    return Hook(f"{ROOT}/{channel}/{derived('path')[:40]}", derived("secret")[:48])


def same(given: object, secret: str) -> bool:
    """Compared in constant time."""
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def parsed(body: bytes) -> Any:
    """JSON read leniently: a lone surrogate is no reason to lose a message. None for what is no JSON."""
    try:
        return orjson.loads(body)
    except ValueError:
        pass
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


class Forged(Exception):
    """The request does not carry the secret."""


class Guard:
    """Stands before one webhook of one worker: bounds sizes, times and numbers, turns failures into answers.

    Whatever can't be stored now is answered with 503: the messenger keeps it and comes again.
    """

    def __init__(self, channel: str, count: Count) -> None:
        self._channel, self._count = channel, count
        self._open = 0
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def pass_on(self, request: Request, handle: Callable[[bytes], Awaitable[Response]]) -> Response:
        """Read the body and let ``handle`` store it; it may raise Forged."""
        if self._open >= MOST_OPEN:
            return self._later("busy")
        self._open += 1
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(request)
            if body is None:
                self._count(f"{self._channel}.hook_too_large")
                return PlainTextResponse("too large", 413, headers={"Connection": "close"})
            async with asyncio.timeout(STORE_SECONDS):
                return await handle(body)
        except Forged:
            return self.forged(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # noqa: BLE001 - whatever it is, the messenger is to come again
            # The text of a database error holds the rows themselves: the log gets its kind only.
            log.warning("%s webhook: storing failed (%s)", self._channel, type(error).__name__)
            return self._later("not_stored")
        finally:
            self._open -= 1

    def forged(self, request: Request) -> Response:
        """Tell a stranger nothing."""
        self._count(f"{self._channel}.hook_forged")
        source, now = request.client.host if request.client else "", time.monotonic()
        since, number = self._wrong.pop(source, (now, 0))
        if now - since > 60:
            since, number = now, 0
        self._wrong[source] = (since, number + 1)
        if len(self._wrong) > _SOURCES:
            self._wrong.popitem(last=False)
        if number >= WRONG_BURST:
            return PlainTextResponse("too many", 429, headers={"Retry-After": "60"})
        if not number:
            log.warning("%s webhook: a request without the secret was refused", self._channel)
        return PlainTextResponse("forbidden", 403)

    def malformed(self) -> None:
        """Count what is no update at all."""
        self._count(f"{self._channel}.hook_malformed")
        log.warning("%s webhook: a request that is no update was passed over", self._channel)

    def _later(self, why: str) -> Response:
        self._count(f"{self._channel}.hook_{why}")
        return PlainTextResponse("later", 503, headers={"Retry-After": "2"})


async def _read(request: Request) -> bytes | None:
    """The body; None as soon as it is longer than it may be, whatever its headers say."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)
