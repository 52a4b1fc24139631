"""Updates whose worker was lost: handled one at a time, so that the one to blame is found and no other pays for it.

A worker holds many updates when it is killed, and most of them have nothing to do with its death. So only what was
begun by itself counts against an update.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain.errors import ClaimLost
from bot.storage import inbox
from bot.storage.inbox import Claimed
from bot.turn import Runtime

MOST_LOST = 3
"""Workers lost with the same update alone before it is set aside."""


@asynccontextmanager
async def by_itself(runtime: Runtime, claimed: Claimed) -> AsyncIterator[bool]:
    """The turn of one update that was claimed before; yields whether it may be handled still. Raises ClaimLost."""
    if claimed.attempts < 2:
        yield True
        return
    async with runtime.suspects:
        async with runtime.db.once() as tx:
            begun = await inbox.begin_alone(tx, claimed)
        if begun is None:
            raise ClaimLost(claimed.id)
        yield begun <= MOST_LOST
