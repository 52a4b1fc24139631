"""Remind whoever asked another body before its term ends, and when it has ended: each exactly once."""

from __future__ import annotations

import logging
from functools import partial

from bot import turn
from bot.domain.decision import Decision
from bot.domain.errors import ClaimLost
from bot.domain.events import BodyNear
from bot.storage import body_waits, dialogs
from bot.storage.body_waits import Ending
from bot.storage.session import Tx
from bot.turn import Runtime

log = logging.getLogger(__name__)

BATCH = 100


async def remind_of_bodies(runtime: Runtime) -> int:
    """One batch. Returns how many were reminded; one that fails stays due for the next tick."""
    async with runtime.db.begin() as tx:
        found = await body_waits.to_tell(tx, runtime.clock(), BATCH)
    return sum([await _remind(runtime, one) for one in found])


async def _remind(runtime: Runtime, one: Ending) -> bool:
    async def settle(tx: Tx, _decision: Decision) -> bool:
        return await body_waits.told(tx, one)

    lock = partial(dialogs.lock_by_id, address_id=one.address)
    try:
        near = BodyNear(one.case, one.body, one.due_at, one.late)
        await turn.take(runtime, lock, near, settle=settle)
    except ClaimLost:
        return False
    except Exception:
        log.exception("case %d: nobody could be reminded of another body, the next tick tries again", one.case)
        return False
    return True
