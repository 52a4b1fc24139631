"""Close a case: the client's matter is settled."""

from __future__ import annotations

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import Close
from bot.storage import desk
from bot.turn import Runtime


async def close_case(runtime: Runtime, actor: int, case: int, form: Form, *, ask_score: bool = True) -> Done:
    """``ask_score``: the client is asked how satisfied he is.

    Raises Forbidden, NotThere, Conflict, NotDone (he was not answered yet, or it is closed).
    """
    async with runtime.db.once() as tx:
        address = await desk.address_of_case(tx, case)
    return await acting.act(runtime, actor, address, Close(case, ask_score), form)
