"""Bots Long Poll: raw events are stored together with ``ts``, which acknowledges them."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from vk_api.bot_longpoll import VkBotLongPoll  # type: ignore[import-untyped]

from bot.channels.hooks import Count
from bot.channels.vk.api import Api, session
from bot.channels.vk.aside import aside
from bot.channels.vk.conversation import received
from bot.channels.vk.parse import parse
from bot.domain.errors import RetryLater, SendFailed
from bot.domain.messages import Received

__all__ = ["Count", "LoadTs", "Store", "parse", "poll"]

log = logging.getLogger(__name__)

LoadTs: TypeAlias = Callable[[], Awaitable[str | None]]
"""The ``ts`` stored last; None at the very first start."""
Store: TypeAlias = Callable[[Sequence[Received], str], Awaitable[None]]
"""Saves rows, leaving out those already there, and ``ts`` in one transaction; returns after the commit."""

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0


async def poll(
    token: str,
    group_id: int,
    api: str | None,
    load_ts: LoadTs,
    store: Store,
    stop: asyncio.Event,
    *,
    count: Count = lambda _: None,
    wait: int = 25,
) -> None:
    """Receive until ``stop`` is set.

    ``api`` replaces the address of VK's API, ``wait`` is the seconds of one long poll. Events are
    acknowledged by the poll after the one that brought them, so only when ``store`` has returned. Every
    failure, of the network, of VK or of ``store``, is logged, counted and tried again.
    """
    await _Poller(lambda: LongPoll(Api(token, api), group_id, wait, api), load_ts, store, stop, count).run()


async def drain(token: str, group_id: int, api: str | None, load_ts: LoadTs, store: Store, stop: asyncio.Event) -> None:
    """Receive what the long poll holds so far. Raises SendFailed, and what ``store`` raises."""
    await _Poller(lambda: LongPoll(Api(token, api), group_id, 1, api), load_ts, store, stop, lambda _: None).drain()


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer: raw events, and the ``ts`` that acknowledges them."""

    events: list[Any]
    ts: str
    refused: bool = False
    """VK wanted a new key or a new ``ts`` first."""
    lost: bool = False
    """VK no longer has events from before ``ts``."""


class LongPoll(VkBotLongPoll):  # type: ignore[misc]
    """The SDK's long poll without its event classes, which fail on an event of another shape.

    ``ts`` is where to go on; it moves only when the caller sets it, after storing.
    """

    def __init__(self, api: Api, group_id: int, wait: int, base: str | None) -> None:
        self.ts: str
        super().__init__(api, group_id, wait)
        self.session = session(base)
        self.ts = str(self.ts)

    def check(self) -> Batch:
        """One long poll. Raises one of ``Failure``."""
        values = {"act": "a_check", "key": self.key, "ts": self.ts, "wait": self.wait}
        answer = self.session.get(self.url, params=values, timeout=(10, self.wait + 10)).json()
        match answer:
            case {"failed": 1, "ts": str() | int() as ts}:
                return Batch([], str(ts), refused=True, lost=True)
            case {"failed": 2}:
                self.update_longpoll_server(update_ts=False)
                return Batch([], self.ts, refused=True)
            case {"failed": 3}:
                return Batch([], self._fresh_ts(), refused=True, lost=True)
            case {"ts": str() | int() as ts, "updates": list() as events}:
                return Batch(events, str(ts))
        raise ValueError("not an answer of a long poll server")

    def _fresh_ts(self) -> str:
        before = self.ts
        self.update_longpoll_server()
        fresh, self.ts = str(self.ts), before
        return fresh


class _Poller:
    def __init__(
        self, connect: Callable[[], LongPoll], load_ts: LoadTs, store: Store, stop: asyncio.Event, count: Count
    ) -> None:
        self._connect, self._load_ts, self._store = connect, load_ts, store
        self._stop, self._count = stop, count
        self._server: LongPoll | None = None
        self._setbacks = 0

    async def run(self) -> None:
        while not self._stop.is_set():
            try:
                await self._round()
            except SendFailed as failure:
                self._server = None  # the server's address may have changed: ask for it anew
                await self._rest(str(failure), failure.after if isinstance(failure, RetryLater) else None)
            except Exception as error:  # noqa: BLE001 - the loop must outlive whatever store() raises
                # The text of a database error holds the rows themselves: the log gets its kind only.
                await self._rest(f"storing failed ({type(error).__name__})")

    async def drain(self) -> None:
        """Up to where the long poll stands now: there may be no end of what comes meanwhile."""
        server, stored = await aside(self._stop, self._connect), await self._load_ts()
        if server is None or stored is None:
            return
        end, server.ts = server.ts, stored
        while _before(server.ts, end) and (batch := await aside(self._stop, server.check)) is not None:
            await self._take(server, batch)

    async def _round(self) -> None:
        if self._server is None:
            self._server = await self._connected()
            return
        server = self._server
        batch = await aside(self._stop, server.check)
        if batch is None:
            return
        await self._take(server, batch)
        self._count("vk.polled")
        if not batch.refused:
            self._setbacks = 0
        elif self._setbacks:
            await self._rest("the long poll is refused again")
        else:
            self._setbacks = 1

    async def _connected(self) -> LongPoll | None:
        server = await aside(self._stop, self._connect)
        if server is None:
            return None
        stored = await self._load_ts()
        if stored is None:
            # Kept at once: a start after a crash must not begin with a later one.
            await self._store((), server.ts)
        else:
            server.ts = stored
        return server

    async def _take(self, server: LongPoll, batch: Batch) -> None:
        rows = {row.external_id: row for event in batch.events if (row := received(event)) is not None}
        if rows or batch.ts != server.ts:
            await self._store(tuple(rows.values()), batch.ts)
        server.ts = batch.ts
        for event in batch.events:
            if not isinstance(event, dict):
                self._count("vk.event_without_shape")
                log.warning("VK sent an event that is no object; it is passed over")
        if batch.lost:
            self._count("vk.history_lost")
            log.error("VK has dropped events from before this moment: messages may be missing")

    async def _rest(self, reason: str, after: float | None = None) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._setbacks, 10)) * random.uniform(0.5, 1)
        pause = max(pause, after or 0)
        self._setbacks += 1
        self._count("vk.poll_failed")
        log.warning("VK polling: %s; again in %.1f s", reason, pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), pause)


def _before(ts: str, end: str) -> bool:
    return ts.isdecimal() and end.isdecimal() and int(ts) < int(end)
