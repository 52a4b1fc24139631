"""Open a closed case again: it is in the hands of whoever reopened it, with a term for the next answer."""

from __future__ import annotations

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import Reopen
from bot.storage import desk
from bot.turn import Runtime


async def reopen_case(runtime: Runtime, actor: int, case: int, form: Form) -> Done:
    """The client is told until when he has the answer. Raises Forbidden, NotThere, Conflict, NotDone (it is open)."""
    async with runtime.db.once() as tx:
        address = await desk.address_of_case(tx, case)
    return await acting.act(runtime, actor, address, Reopen(case), form)
