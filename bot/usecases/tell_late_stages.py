"""Tell staff of stages that are to end soon, and of those that should have ended: each exactly once."""

from __future__ import annotations

import logging
from functools import partial

from bot import turn
from bot.domain import request as life
from bot.domain.decision import Decision
from bot.domain.errors import ClaimLost
from bot.domain.events import StageNear
from bot.storage import desk_requests, dialogs
from bot.storage.desk_requests import Ending
from bot.storage.session import Tx
from bot.turn import Runtime

log = logging.getLogger(__name__)

BATCH = 100


async def tell_late_stages(runtime: Runtime) -> int:
    """One batch. Returns how many were told; one that fails stays due for the next tick."""
    ends = life.over(runtime.shelf.content.pack)
    async with runtime.db.begin() as tx:
        found = await desk_requests.to_tell(tx, ends, runtime.clock(), BATCH)
    return sum([await _tell(runtime, one) for one in found])


async def _tell(runtime: Runtime, one: Ending) -> bool:
    async def settle(tx: Tx, _decision: Decision) -> bool:
        return await desk_requests.told(tx, one)

    try:
        await turn.take(
            runtime,
            partial(dialogs.lock_by_id, address_id=one.address),
            StageNear(one.request, one.stage, one.due_at, one.late),
            settle=settle,
        )
    except ClaimLost:
        return False
    except Exception:
        log.exception("request %d: staff could not be told, the next tick tries again", one.request)
        return False
    return True
