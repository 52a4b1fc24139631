"""Free the leases of workers that were killed, so that clients do not wait until they end."""

from __future__ import annotations

import asyncio
import logging

from bot.storage import leases
from bot.storage.wake import INBOX, outbox_of
from bot.turn import Runtime

log = logging.getLogger(__name__)

SURE_SECONDS = 4.0
"""A worker that lives takes its lock again within a second of losing its connection."""


async def free_leases(runtime: Runtime) -> int:
    """Twice gone is gone. Returns how many rows were freed."""
    async with runtime.db.once() as tx:
        first = await leases.gone(tx)
    if not first:
        return 0
    await asyncio.sleep(SURE_SECONDS)
    async with runtime.db.begin() as tx:
        dead = first & await leases.gone(tx)
        freed = await leases.free(tx, dead) if dead else 0
    if freed:
        log.warning("%d rows of %d workers that are gone go on here", freed, len(dead))
        runtime.wake.signal([INBOX, *(outbox_of(channel) for channel in runtime.limits)])
    return freed
