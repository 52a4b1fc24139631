"""Tell clients of a correction: each once, by day, no faster than the messengers take it."""

from __future__ import annotations

import logging
from functools import partial

from bot import turn
from bot.domain.decision import Decision
from bot.domain.errors import ClaimLost, ConversationGone
from bot.domain.events import AnswerCorrected
from bot.domain.recalls import SETTLING, Recall, State, Told, awake
from bot.storage import dialogs, recall_clients, recalls
from bot.storage.recall_clients import Waiting
from bot.storage.session import Tx
from bot.turn import Runtime

log = logging.getLogger(__name__)

BATCH = 50
MOST_ON_THE_WAY = 200
"""Calls that wait for messengers: no more are added, so that stopping leaves little to take back."""


async def send_corrections(runtime: Runtime) -> int:
    """One batch. Returns how many clients were told."""
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        await recall_clients.take_back(tx, now)
        going = await recalls.sending(tx)
        room = MOST_ON_THE_WAY - await recall_clients.on_their_way(tx)
    told = 0
    for one in going if awake(now, runtime.shelf.content.pack.agency.timezone) else ():
        async with runtime.db.begin() as tx:
            found = await recall_clients.waiting(tx, one.id, min(BATCH, max(room - told, 0)))
        told += sum([await _tell(runtime, one, client) for client in found])
        if not found and room > told:
            await _finish(runtime, one)
    return told


async def _tell(runtime: Runtime, one: Recall, client: Waiting) -> bool:
    async def settle(tx: Tx, decision: Decision) -> bool:
        said = Told.SAID if decision.says else Told.BLOCKED
        return await recall_clients.settle(tx, client, said, runtime.clock())

    async def after(tx: Tx) -> None:
        await recall_clients.note_message(tx, client)

    try:
        await turn.take(
            runtime,
            partial(dialogs.lock_by_id, address_id=client.address),
            AnswerCorrected(one.slug, one.titles, one.texts),
            settle=settle,
            after=after,
        )
    except ClaimLost:
        return False
    except ConversationGone:
        async with runtime.db.begin() as tx:
            await recall_clients.settle(tx, client, Told.ERASED, runtime.clock())
        return False
    except Exception:
        log.exception("address %d could not be told, the next tick tries again", client.address)
        return False
    return True


async def _finish(runtime: Runtime, one: Recall) -> None:
    """Everybody was told: once workers have long served the right answer, a last look who else got the wrong one."""
    now = runtime.clock()
    if one.approved_at is None or now < one.approved_at + SETTLING:
        return
    async with runtime.db.begin() as tx:
        if not await recalls.collect(tx, one, now):
            await recalls.end(tx, one, State.DONE, None, now)
