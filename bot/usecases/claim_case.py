"""Take a case: colleagues see whose it is, and the client that somebody is there."""

from __future__ import annotations

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import Claim
from bot.storage import desk
from bot.turn import Runtime


async def claim_case(runtime: Runtime, actor: int, case: int, form: Form) -> Done:
    """Raises Forbidden, NotThere, Conflict, NotDone (somebody else has it, or it is closed)."""
    async with runtime.db.once() as tx:
        address = await desk.address_of_case(tx, case)
    return await acting.act(runtime, actor, address, Claim(case), form)
