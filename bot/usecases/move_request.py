"""Move a request to another stage."""

from __future__ import annotations

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import Move
from bot.storage import desk
from bot.turn import Runtime


async def move_request(
    runtime: Runtime, actor: int, request: int, stage: str, form: Form, *, reason: str = "", advice: str = ""
) -> Done:
    """The client is told by himself in his channel. A refusal needs its reason and what to do next time.

    Raises Forbidden, NotThere, Conflict, NotDone (no way to that stage, or the reason is missing).
    """
    async with runtime.db.once() as tx:
        address = await desk.address_of_request(tx, request)
    return await acting.act(runtime, actor, address, Move(request, stage, reason, advice), form)
