"""How an update ends: done, given back, tried again later, or set aside."""

from __future__ import annotations

import asyncio
import logging
import random

from bot import metrics, turn
from bot.domain.decision import Decision
from bot.domain.events import HandlingFailed
from bot.storage import dialogs, inbox
from bot.storage.inbox import Claimed
from bot.storage.session import Tx, is_passing
from bot.turn import Runtime

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 0.2
AFTER_OUTAGE_SECONDS = 1.0


async def done(runtime: Runtime, claimed: Claimed, outcome: str, *, state: str = "done") -> str:
    """It is handled. Returns the outcome."""
    async with runtime.db.begin() as tx:
        await inbox.settle(tx, claimed, outcome, runtime.clock(), state=state)
    metrics.handled(claimed.channel.value, "update", "aside" if state == "aside" else outcome)
    return outcome


async def give_back(runtime: Runtime, claimed: Claimed, cause: str) -> str:
    """The database failed, not the update: it is tried again, however long that lasts.

    Giving it back may fail as well. An attempt that stays counted would set it aside, so that is tried
    until the lease ends.
    """
    log.warning("update %d waits for the database (%s)", claimed.id, cause)
    for _ in range(inbox.LEASE_SECONDS):
        try:
            async with runtime.db.begin() as tx:
                await inbox.retry_later(tx, claimed, cause, AFTER_OUTAGE_SECONDS, to_blame=False)
        except Exception as error:
            if not is_passing(error):
                raise
            await asyncio.sleep(AFTER_OUTAGE_SECONDS)
        else:
            return "later"
    return "lost"


async def failed(runtime: Runtime, claimed: Claimed, cause: str) -> str:
    """Try again later, up to five times."""
    if claimed.attempts < inbox.MOST_ATTEMPTS:
        wait = FIRST_RETRY_SECONDS * 4 ** (claimed.attempts - 1) * random.uniform(0.8, 1.2)
        async with runtime.db.begin() as tx:
            await inbox.retry_later(tx, claimed, cause, wait)
        return "failed"
    return await set_aside(runtime, claimed, cause)


async def set_aside(runtime: Runtime, claimed: Claimed, cause: str) -> str:
    """It is not tried again; the client is told that it is our fault."""
    who = _address(claimed)
    if who is None:
        return await done(runtime, claimed, cause, state="aside")

    async def lock(tx: Tx) -> dialogs.Locked:
        return await dialogs.lock(tx, claimed.channel, who, runtime.clock())

    async def settle(tx: Tx, _decision: Decision) -> bool:
        return await inbox.settle(tx, claimed, cause, runtime.clock(), state="aside")

    try:
        await turn.take(runtime, lock, HandlingFailed(claimed.id), settle=settle)
    except Exception as error:
        if is_passing(error):
            raise
        log.exception("update %d: could not even apologise", claimed.id)
        return await done(runtime, claimed, cause, state="aside")
    return "aside"


def _address(claimed: Claimed) -> str | None:
    """Whom a conversation key names: only private ones, never the staff group's topics."""
    _, _, key = claimed.conversation.partition(":")
    return key if key and ":" not in key and key != "?" else None
