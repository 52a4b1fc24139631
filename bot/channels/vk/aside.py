"""vk_api blocks: its calls run in threads of their own, and nobody waits longer than a stop allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

from bot.channels.vk.api import meaning

T = TypeVar("T")


async def aside(stop: asyncio.Event, work: Callable[[], T]) -> T | None:
    """Blocking work in a thread; None as soon as ``stop`` is set, leaving the thread to its end.

    Raises a SendFailed for what goes wrong between VK and us.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            settle = _once(outcome.set_result, outcome, work())
        except Exception as error:  # noqa: BLE001 - an unsettled outcome would be waited for for ever
            settle = _once(outcome.set_exception, outcome, meaning(error))
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle)

    # A daemon: the process must not wait for a long poll to end.
    Thread(target=run, name="vk-call", daemon=True).start()
    try:
        while not stop.is_set():
            if (await asyncio.wait({outcome}, timeout=0.3))[0]:
                return outcome.result()
        return None
    finally:
        outcome.cancel()


def _once(settle: Callable[[Any], None], outcome: asyncio.Future[Any], value: Any) -> Callable[[], None]:
    return lambda: None if outcome.done() else settle(value)
