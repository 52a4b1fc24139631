"""Waking each other: LISTEN and NOTIFY on a connection of their own, after the commit, coalesced.

NOTIFY inside a transaction would serialise commits. A lost notice costs at most a poll's second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Iterable

import asyncpg

from bot.domain.messages import Channel
from bot.storage import leases

INBOX = "inbox"
DESK = "desk"
"""Something about a case has changed."""
FILES = "files"
CHANNEL = "otklik"
FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, TimeoutError)
"""How a connection of our own fails; the internal one: the server had ended it while this worker slept."""
COALESCE_SECONDS = 0.005
RECONNECT_SECONDS = 1.0
SILENT_SECONDS = 5.0
"""Whatever the database does not answer within is taken for a broken connection."""

log = logging.getLogger(__name__)


def outbox_of(channel: Channel) -> str:
    """The topic of a messenger's calls."""
    return f"outbox:{channel.value}"


def desk_of(address: int) -> str:
    """The topic of one conversation, for whoever has it open at the desk."""
    return f"{DESK}:{address}"


class Waiter:
    """Set whenever its topic was signalled since the last wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, timeout: float) -> bool:
        """True: signalled; False: ``timeout`` seconds have passed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        signalled = self._event.is_set()
        self._event.clear()
        return signalled


class Wake:
    """Topics: ``inbox``, ``outbox:<channel>``, ``page:<visitor>``, ``desk``, ``desk:<address>``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._worker = secrets.randbelow(2**31)
        self._me = f"{self._worker:08x}"
        self._waiters: dict[str, set[Waiter]] = {}
        self._pending: set[str] = set()
        self._something = asyncio.Event()
        self.ended = False

    def lease(self) -> str:
        """A new lease of this worker's: it begins with the worker's name."""
        return f"{self._me}.{secrets.token_hex(8)}"

    @contextlib.asynccontextmanager
    async def listening(self, topic: str) -> AsyncIterator[Waiter]:
        """A waiter for one topic."""
        waiter = Waiter()
        self._waiters.setdefault(topic, set()).add(waiter)
        try:
            yield waiter
        finally:
            left = self._waiters[topic]
            left.discard(waiter)
            if not left:
                del self._waiters[topic]

    def signal(self, topics: Iterable[str]) -> None:
        """Wake this worker at once and the others in a moment. Call it after the commit."""
        for topic in topics:
            self._wake_here(topic)
            self._pending.add(topic)
        self._something.set()

    def end(self) -> None:
        """The worker is to end: whoever waits looks up at once."""
        self.ended = True
        self._wake_all()

    async def run(self) -> None:
        """Keep the connection; for ever."""
        while True:
            try:
                await self._connected()
            except FAILURES as error:
                log.warning("the database's notices are down (%s), trying again", type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _connected(self) -> None:
        # For every statement, the listener's own LISTEN too: one that waited for ever would leave this worker
        # without its lock, and the others would free its leases again and again.
        connection = await asyncpg.connect(self._url, timeout=10, command_timeout=SILENT_SECONDS)
        try:
            # Shared: a connection that broke in silence may hold it still, and must not keep us from it.
            await connection.execute("SELECT pg_advisory_lock_shared($1, $2)", leases.LOCKS, self._worker)
            await connection.add_listener(CHANNEL, self._heard)
            connection.add_termination_listener(lambda _connection: self._something.set())
            self._wake_all()
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SILENT_SECONDS):
                        await self._something.wait()
                await asyncio.sleep(COALESCE_SECONDS)
                if connection.is_closed():
                    raise ConnectionResetError("the connection is lost")
                self._something.clear()
                topics, self._pending = self._pending, set()
                await connection.execute(
                    "SELECT pg_notify($1, t) FROM unnest($2::text[]) AS t",
                    CHANNEL,
                    [f"{self._me} {topic}" for topic in topics],
                )
        finally:
            with contextlib.suppress(*FAILURES):  # else a failure to close would stand in a cancellation's place
                await connection.close(timeout=2)

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        sender, _, topic = str(payload).partition(" ")
        if sender != self._me:
            self._wake_here(topic)

    def _wake_all(self) -> None:
        for topic in list(self._waiters):
            self._wake_here(topic)

    def _wake_here(self, topic: str) -> None:
        for waiter in self._waiters.get(topic, ()):
            waiter.set()
