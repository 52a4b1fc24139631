"""Fire the marks of response terms whose time has come: each exactly once, through restarts."""

from __future__ import annotations

import logging
from functools import partial

from bot import turn
from bot.domain.decision import Decision
from bot.domain.errors import ClaimLost
from bot.domain.events import TimerFired
from bot.storage import dialogs, timers
from bot.storage.session import Tx
from bot.turn import Runtime

log = logging.getLogger(__name__)

BATCH = 100


async def fire_timers(runtime: Runtime) -> int:
    """Fire all that are due. Returns how many; one that fails stays due for the next tick."""
    fired = 0
    while True:
        async with runtime.db.begin() as tx:
            found = await timers.due(tx, runtime.clock(), BATCH)
        done = [await _fire(runtime, one) for one in found]
        fired += sum(done)
        if len(found) < BATCH or not any(done):
            return fired


async def _fire(runtime: Runtime, due: timers.Due) -> bool:
    async def settle(tx: Tx, _decision: Decision) -> bool:
        return await timers.settle(tx, due.id, runtime.clock())

    try:
        await turn.take(
            runtime,
            partial(dialogs.lock_by_id, address_id=due.address_id),
            TimerFired(due.case_id, due.kind, due.due_at),
            settle=settle,
        )
    except ClaimLost:
        return False
    except Exception:
        log.exception("timer %d failed, it stays due", due.id, extra={"timer": due.id})
        return False
    return True
