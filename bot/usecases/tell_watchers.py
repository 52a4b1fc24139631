"""Tell whoever asked that a need which could not be met can be met now: each exactly once."""

from __future__ import annotations

import logging
from functools import partial

from bot import turn
from bot.domain.decision import Decision
from bot.domain.errors import ClaimLost
from bot.domain.events import NeedMet
from bot.storage import dialogs, watches
from bot.storage.session import Tx
from bot.turn import Runtime

log = logging.getLogger(__name__)

BATCH = 100


async def tell_watchers(runtime: Runtime) -> int:
    """One batch of wishes that the serving release fulfils. Returns how many were told."""
    content = runtime.shelf.content
    met = [slug for slug, template in content.pack.templates.items() if not template.unmet]
    async with runtime.db.begin() as tx:
        found = await watches.met(tx, met, BATCH)
    return sum([await _tell(runtime, address_id, slug) for address_id, slug in found])


async def _tell(runtime: Runtime, address_id: int, slug: str) -> bool:
    async def settle(tx: Tx, _decision: Decision) -> bool:
        return await watches.settle(tx, address_id, slug)

    try:
        await turn.take(runtime, partial(dialogs.lock_by_id, address_id=address_id), NeedMet(slug), settle=settle)
    except ClaimLost:
        return False
    except Exception:
        log.exception("address %d could not be told, the next tick tries again", address_id)
        return False
    return True
