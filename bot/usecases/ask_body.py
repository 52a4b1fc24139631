"""Another body is asked in a case: from now on it has a term, and the client knows whom we wait for."""

from __future__ import annotations

import datetime as dt

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import AskBody, BodyAnswered
from bot.storage import desk
from bot.turn import Runtime


async def ask_body(
    runtime: Runtime, actor: int, case: int, body: str, until: dt.date, form: Form, *, question: str = ""
) -> Done:
    """``body``: a slug of the pack, or a name; ``until``: the last day of its term.

    Raises Forbidden, NotThere, Conflict, NotDone (no name, a day that is past or too far, or the case is closed).
    """
    async with runtime.db.once() as tx:
        address = await desk.address_of_case(tx, case)
    return await acting.act(runtime, actor, address, AskBody(case, body, until, question), form)


async def body_answered(runtime: Runtime, actor: int, case: int, body: str, text: str, form: Form) -> Done:
    """What it answered is noted. Raises Forbidden, NotThere, Conflict, NotDone (no words, or nobody waits for it)."""
    async with runtime.db.once() as tx:
        address = await desk.address_of_case(tx, case)
    return await acting.act(runtime, actor, address, BodyAnswered(case, body, text), form)
