"""Hand a case on to a team, or to one person."""

from __future__ import annotations

from bot import acting
from bot.acting import Done, Form
from bot.domain.acts import HandOn
from bot.domain.desk_errors import NotThere
from bot.storage import desk, staff
from bot.turn import Runtime


async def hand_on(
    runtime: Runtime, actor: int, case: int, form: Form, *, team: str = "", person: int | None = None
) -> Done:
    """Its term runs on. A person takes it with his own team, whatever ``team`` says.

    Raises Forbidden, NotThere (that person works here no more), Conflict, NotDone (no such team, or it is closed).
    """
    name = ""
    if person is not None:
        async with runtime.db.once() as tx:
            colleague = await staff.by_id(tx, person)
        if colleague.id is None:
            raise NotThere
        team, name = colleague.team, colleague.name
    async with runtime.db.once() as tx:
        address = await desk.address_of_case(tx, case)
    return await acting.act(runtime, actor, address, HandOn(case, team, person, name), form)
