"""Long polling of the Bot API: raw updates are stored, then confirmed. Nothing is understood here."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias, TypeVar

import aiohttp

from bot.channels.hooks import Count
from bot.channels.telegram.api import Fault, call, is_conflict
from bot.channels.telegram.conversation import received, update_id
from bot.channels.telegram.parse import parse
from bot.domain.messages import Received

__all__ = ["ALLOWED_UPDATES", "Count", "Store", "parse", "poll"]

log = logging.getLogger(__name__)

Store: TypeAlias = Callable[[Sequence[Received]], Awaitable[None]]
"""Saves rows in one transaction, leaving out those already there; returns after the commit."""

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
BATCH: Final = 100
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
LONGEST_WISH: Final = 600.0
"""Seconds; a longer ``retry_after`` is not believed."""

T = TypeVar("T")


async def poll(
    token: str, api: str, store: Store, stop: asyncio.Event, *, count: Count = lambda _: None, wait: int = 25
) -> None:
    """Receive until ``stop`` is set.

    ``api`` is the base address of the Bot API server, ``wait`` the seconds of one long poll. An update
    is confirmed by the poll after the one that brought it, so only when ``store`` has returned. Every
    failure, of the network, of the server or of ``store``, is logged, counted and tried again.
    """
    async with aiohttp.ClientSession() as session:
        await _Poller(session, f"{api.rstrip('/')}/bot{token}", store, stop, count, wait).run()


class _Poller:
    def __init__(
        self, session: aiohttp.ClientSession, base: str, store: Store, stop: asyncio.Event, count: Count, wait: int
    ) -> None:
        self._session, self._base, self._wait = session, base, wait
        self._store, self._stop, self._count = store, stop, count
        self._offset: int | None = None
        self._webhook_gone = False
        self._failures = 0

    async def run(self) -> None:
        while not self._stop.is_set():
            try:
                fault = await self._round()
            except Exception as error:  # noqa: BLE001 - the loop must outlive whatever store() raises
                # The text of a database error holds the rows themselves: the log gets its kind only.
                fault = Fault(f"storing failed ({type(error).__name__})")
            if fault is None:
                self._failures = 0
            else:
                await self._rest(fault)

    async def _round(self) -> Fault | None:
        if not self._webhook_gone:
            answer = await self._ask("deleteWebhook", {"drop_pending_updates": False}, 10)
            if isinstance(answer, Fault):
                return answer
            self._webhook_gone = True
        wish = {"timeout": self._wait, "limit": BATCH, "allowed_updates": ALLOWED_UPDATES}
        if self._offset is not None:
            wish["offset"] = self._offset
        answer = await self._ask("getUpdates", wish, self._wait + 10)
        match answer:
            case None:
                return None
            case Fault():
                return answer
            case list():
                self._count("telegram.polled")
                return await self._take(answer)
        return Fault("getUpdates returned no list")

    async def _take(self, updates: list[Any]) -> Fault | None:
        # Their numbers tell the order of events, even when an answer does not.
        updates = sorted(updates, key=lambda update: update_id(update) or 0)
        rows = {row.external_id: row for update in updates if (row := received(update)) is not None}
        if rows:
            await self._store(tuple(rows.values()))
        numbers = [number for update in updates if (number := update_id(update)) is not None]
        for _ in range(len(updates) - len(numbers)):
            self._count("telegram.update_without_id")
        if numbers:
            self._offset = max(numbers) + 1
        elif updates:
            # They come again until one with an id comes along: guessing an id might skip a real one.
            return Fault(f"none of {len(updates)} updates has an id", 1.0)
        return None

    async def _ask(self, method: str, wish: dict[str, Any], seconds: float) -> Any:
        """The ``result``, a ``Fault``, or None if ``stop`` was set meanwhile."""
        return await _unless(self._stop, self._call(method, wish, seconds))

    async def _call(self, method: str, wish: dict[str, Any], seconds: float) -> Any:
        answer = await call(self._session, self._base, method, wish, seconds)
        if is_conflict(answer):
            self._webhook_gone = False
        return answer

    async def _rest(self, fault: Fault) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10)) * random.uniform(0.5, 1)
        if fault.after is not None:
            pause = min(fault.after, LONGEST_WISH) + random.uniform(0, 0.2)
        self._failures += 1
        self._count("telegram.poll_failed")
        log.warning("Telegram polling: %s; again in %.1f s", fault.reason, pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), pause)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What ``work`` returns, or None: it is cancelled as soon as ``stop`` is set."""
    async with asyncio.TaskGroup() as group:
        working, stopping = group.create_task(work), group.create_task(stop.wait())
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        stopping.cancel()
    return None if working.cancelled() else working.result()
