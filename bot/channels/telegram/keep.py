"""Keeps Telegram's webhook set: by the worker that leads, at its start and every minute."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

import aiohttp

from bot.channels.hooks import Count, Hook
from bot.channels.telegram.api import Fault, call
from bot.channels.telegram.receive import ALLOWED_UPDATES, Store, poll

log = logging.getLogger(__name__)

CHECK_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 15.0
CONNECTIONS: Final = 40
"""How many Telegram may open at once."""


async def keep(
    token: str, api: str, site: str, hook: Hook, store: Store, stop: asyncio.Event, *, count: Count = lambda _: None
) -> None:
    """Receive by webhook until ``stop`` is set; the webhook stays, Telegram keeps updates for a day.

    ``site`` is the address of this installation as Telegram sees it. While Telegram refuses it as an
    address, clients are served by polling.
    """
    wish: dict[str, Any] = {
        "url": site.rstrip("/") + hook.path,
        "secret_token": hook.secret,
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": CONNECTIONS,
        "drop_pending_updates": False,
    }
    async with aiohttp.ClientSession() as session:
        keeper = _Keeper(session, f"{api.rstrip('/')}/bot{token}", wish, count)
        while not stop.is_set():
            fault = await keeper.ensure()
            if fault is None:
                count("telegram.webhook_stands")
                await _rest(stop, CHECK_SECONDS)
                continue
            count("telegram.webhook_not_set")
            log.error("Telegram webhook: %s; again in %.0f s", fault.reason, fault.after or RETRY_SECONDS)
            if fault.refused:
                await _poll_for(RETRY_SECONDS, token, api, store, stop, count)
            else:
                await _rest(stop, fault.after or RETRY_SECONDS)


async def state(token: str, api: str) -> dict[str, Any]:
    """What Telegram says of the webhook: ``getWebhookInfo``, or ``{"fault": reason}``."""
    async with aiohttp.ClientSession() as session:
        answer = await call(session, f"{api.rstrip('/')}/bot{token}", "getWebhookInfo", {}, 10)
    if isinstance(answer, dict):
        return answer
    return {"fault": answer.reason if isinstance(answer, Fault) else "an answer that can't be read"}


class _Keeper:
    def __init__(self, session: aiohttp.ClientSession, base: str, wish: dict[str, Any], count: Count) -> None:
        self._session, self._base, self._wish, self._count = session, base, wish, count
        self._set = False
        self._told = 0

    async def ensure(self) -> Fault | None:
        """Set the webhook unless it stands. Set once in any case: its secret can't be read back."""
        if self._set:
            found = await self._ask("getWebhookInfo", {})
            if isinstance(found, Fault):
                return found
            self._tell_of_failures(found)
            if isinstance(found, dict) and found.get("url") == self._wish["url"]:
                return None
            log.warning("Telegram's webhook was changed by somebody else; it is set again")
        answer = await self._ask("setWebhook", self._wish)
        if isinstance(answer, Fault):
            return answer
        self._set = True
        return None

    async def _ask(self, method: str, wish: dict[str, Any]) -> Any:
        return await call(self._session, self._base, method, wish, 10)

    def _tell_of_failures(self, found: object) -> None:
        match found:
            case {"last_error_date": int(at), "last_error_message": str(text)} if at > self._told:
                self._told = at
                self._count("telegram.webhook_failed")
                log.warning("Telegram could not deliver to the webhook: %s", " ".join(text.split())[:200])


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _poll_for(seconds: float, token: str, api: str, store: Store, stop: asyncio.Event, count: Count) -> None:
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(poll(token, api, store, enough, count=count))
        await _rest(stop, seconds)
        enough.set()
        await polling
