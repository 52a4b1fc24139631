"""Changes made to a worker before it runs: faults of our own code that no messenger could cause.

Each is named in a request to the nursery and called in the worker's process.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bot.domain.messages import Received

COMMIT_SECONDS = 3.0
"""How long storing takes with ``slow_commit`` and ``acknowledge_first``."""
SHORT_LEASE_SECONDS = 4
FAILS, KILLS = "[fails]", "[kills]"
"""Words that make a message fail its handler, or kill its worker."""

Store = Callable[[Sequence[Received]], Awaitable[None]]


def slow_commit() -> None:
    """Telegram's ingress as it is, but the commit takes a while. The control of ``acknowledge_first``."""

    def slow(store: Store) -> Store:
        async def slowly(rows: Sequence[Received]) -> None:
            await asyncio.sleep(COMMIT_SECONDS)
            await store(rows)

        return slowly

    _store_through(slow)


def acknowledge_first() -> None:
    """Telegram's ingress goes on to acknowledge while the same slow commit is under way."""
    running: set[asyncio.Task[None]] = set()

    def early(store: Store) -> Store:
        async def later(rows: Sequence[Received]) -> None:
            await asyncio.sleep(COMMIT_SECONDS)
            await store(rows)

        async def at_once(rows: Sequence[Received]) -> None:
            task = asyncio.create_task(later(rows))
            running.add(task)
            task.add_done_callback(running.discard)

        return at_once

    _store_through(early)


def _store_through(wrap: Callable[[Store], Store]) -> None:
    from bot.channels.telegram import receive

    poll = receive.poll

    async def wrapped(token: str, api: str, store: Store, stop: asyncio.Event, **options: Any) -> None:
        await poll(token, api, wrap(store), stop, **options)

    receive.poll = wrapped


def short_leases() -> None:
    """Everything that waits for a lost worker waits for a few seconds only: tests take that much less time."""
    from bot.storage import inbox, leader, outbox, session

    outbox.LEASE_SECONDS = inbox.LEASE_SECONDS = SHORT_LEASE_SECONDS
    session.IDLE_SECONDS = leader.SILENT_SECONDS = SHORT_LEASE_SECONDS - 1
    leader.BEAT_SECONDS = 1.0
    session.COMMAND_SECONDS = 5.0


def random_keys() -> None:
    """VK calls carry a new ``random_id`` at every attempt, so a repeat is a second message."""
    import secrets

    from bot.channels.vk import send

    message = send.VkSender._message

    def keyed(self: Any, call: Any) -> dict[str, Any]:
        return {**message(self, call), "random_id": 1 + secrets.randbelow(2**31 - 1)}

    send.VkSender._message = keyed  # type: ignore[method-assign]


def broken_handler() -> None:
    """A message with ``FAILS`` in it can't be decided about."""

    def look(text: str) -> None:
        if FAILS in text:
            raise ZeroDivisionError("a fault of ours")

    _look_first(look)


def deadly_handler() -> None:
    """A message with ``KILLS`` in it ends the worker on the spot, like an exhausted memory."""

    def look(text: str) -> None:
        if KILLS in text:
            os.kill(os.getpid(), signal.SIGKILL)

    _look_first(look)


def _look_first(look: Callable[[str], None]) -> None:
    from bot import turn
    from bot.domain.events import ClientActed

    decide = vars(turn)["decide"]

    def looking(scene: Any, event: Any) -> Any:
        if isinstance(event, ClientActed):
            look(event.incoming.text)
        return decide(scene, event)

    vars(turn)["decide"] = looking
