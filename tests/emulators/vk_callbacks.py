"""Callback servers of the emulated community: confirmed over HTTP, then told of events until they fail too long."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import aiohttp

from tests.emulators.faults import Faults
from tests.emulators.pushing import Push, Pusher, as_json, lane_of
from tests.emulators.vk_errors import VkError, invalid

MOST: Final = 10
TITLE_LIMIT: Final = 14
SECRET_LIMIT: Final = 50
CONNECTIONS: Final = 20


@dataclass(slots=True)
class Server:
    """One callback server; `settings` are the kinds of events it wants."""

    number: int
    url: str
    title: str
    secret: str
    pusher: Pusher
    status: str = "unconfigured"
    settings: dict[str, int] = field(default_factory=dict)
    failures: int = 0

    def shown(self) -> dict[str, Any]:
        """The server as groups.getCallbackServers lists it."""
        return {
            "id": self.number, "title": self.title, "creator_id": 1, "url": self.url,
            "secret_key": self.secret, "status": self.status,
        }  # fmt: skip


class CallbackServers:
    """All callback servers of a community.

    `patience`: failures in a row after which a server is given up (`failed`) until it is edited; what came
    meanwhile is kept. `own_ids`: events get an event_id other than the long poll's.
    """

    def __init__(self, group_id: int, faults: Faults) -> None:
        self.code = secrets.token_hex(4)
        self.patience = 1000
        self.own_ids = False
        self.servers: dict[int, Server] = {}
        self._group_id, self._faults = group_id, faults
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def clear(self) -> None:
        """Forget all servers."""
        for task in self._tasks:
            task.cancel()
        for server in self.servers.values():
            server.pusher.close()
        self.servers.clear()

    def add(self, url: str, title: str, secret: str) -> int:
        """A new server, to be confirmed at once; its number. Raises VkError."""
        _check(url, title, secret)
        if len(self.servers) >= MOST:
            raise VkError(2000)
        number = next(self._numbers)
        server = Server(number, url, title, secret, self._pusher(number, url))
        server.pusher.hold(True)
        self.servers[number] = server
        self._confirm(server)
        return number

    def edit(self, number: int, url: str, title: str, secret: str) -> None:
        """Change a server, which is confirmed anew. Raises VkError."""
        _check(url, title, secret)
        server = self.found(number)
        server.url, server.title, server.secret = url, title, secret
        server.pusher.url = url
        self._confirm(server)

    def delete(self, number: int) -> None:
        """Forget a server and what it was not told of yet. Raises VkError."""
        self.found(number).pusher.close()
        del self.servers[number]

    def found(self, number: int) -> Server:
        """The server with this number. Raises VkError."""
        if number not in self.servers:
            raise invalid("server_id is invalid")
        return self.servers[number]

    def confirmed(self) -> list[Server]:
        """Servers that have proved to be the community's."""
        return [server for server in self.servers.values() if server.status == "ok"]

    @property
    def idle(self) -> bool:
        """Whether every confirmed server took everything."""
        return all(server.pusher.idle for server in self.confirmed())

    def wanted(self, kind: str) -> list[Server]:
        """Servers to be told of this kind of event, those given up for a time too."""
        return [server for server in self.servers.values() if server.settings.get(kind)]

    def push(self, event: dict[str, Any], to: Sequence[Server]) -> None:
        """Tell these servers."""
        if self.own_ids and to:
            event = {**event, "event_id": secrets.token_hex(20)}
        for server in to:
            body = as_json({**event, "secret": server.secret} if server.secret else event)
            forged: tuple[bytes, dict[str, str]] = (as_json({**event, "secret": "wrong"}), {})
            push = Push(body, {}, forged, _is_ok, partial(setattr, server, "failures", 0))
            server.pusher.put(lane_of(event.get("object")), push)

    def _pusher(self, number: int, url: str) -> Pusher:
        return Pusher(url, CONNECTIONS, self._faults, lambda why: self._failed(number))

    def _failed(self, number: int) -> None:
        server = self.servers[number]
        server.failures += 1
        if server.failures >= self.patience:
            server.status = "failed"
            server.pusher.hold(True)

    def _confirm(self, server: Server) -> None:
        server.status = "wait"
        task = asyncio.ensure_future(self._confirmed(server))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _confirmed(self, server: Server) -> None:
        wish = {"type": "confirmation", "group_id": self._group_id, "secret": server.secret}
        try:
            timeout = aiohttp.ClientTimeout(total=10)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(server.url, json=wish) as response,
            ):
                right = response.status == 200 and (await response.text()).strip() == self.code
        except (aiohttp.ClientError, OSError, TimeoutError):
            right = False
        server.status, server.failures = ("ok" if right else "failed"), 0
        server.pusher.hold(not right)


def _is_ok(status: int, body: bytes) -> bool:
    return status == 200 and body.strip().lower() == b"ok"


def _check(url: str, title: str, secret: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise invalid("url is invalid")
    if not title or len(title) > TITLE_LIMIT:
        raise invalid("title should be less or equal 14 letters")
    if len(secret) > SECRET_LIMIT:
        raise invalid("secret_key should be less or equal 50 letters")
