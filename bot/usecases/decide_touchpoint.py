"""Accept what a unit has proposed for the register of touchpoints, or return it with a reason."""

from __future__ import annotations

from bot import moderation
from bot.acting import Done, Form
from bot.domain.desk_errors import NotThere
from bot.domain.events import StaffPerson
from bot.domain.staff import Right
from bot.domain.touchpoints import Decided, OwnProposal, Proposal, State, Taken, What
from bot.moderation import Did
from bot.storage import touchpoints
from bot.storage.session import Tx
from bot.turn import Runtime


async def accept(runtime: Runtime, actor: int, number: int, form: Form) -> Done:
    """It is in the register from now on. Raises Forbidden, BadForm, NotThere, Decided, OwnProposal, Taken."""

    async def work(tx: Tx, who: StaffPerson) -> Did:
        found = await _open(tx, number)
        if found.staff == actor:
            raise OwnProposal
        if found.what is not What.REMOVAL:
            same = await touchpoints.named(tx, found.facts.process, found.facts.place)
            if same not in (None, found.touchpoint):
                raise Taken
        now = runtime.clock()
        await touchpoints.decide(tx, number, State.ACCEPTED, actor, "", now)
        row = await touchpoints.apply(tx, found, now)
        return Did("touchpoint.accepted", f"touchpoint:{row}")

    return await moderation.act(runtime, actor, Right.ACCEPT, form, work)


async def give_back(runtime: Runtime, actor: int, number: int, remark: str, form: Form) -> Done:
    """The register stays as it is; whoever proposed it reads why.

    Raises Forbidden, BadForm, NotThere, Decided, ReasonMissing.
    """

    async def work(tx: Tx, who: StaffPerson) -> Did:
        await _open(tx, number)
        why = moderation.reason_of(remark)
        await touchpoints.decide(tx, number, State.RETURNED, actor, why, runtime.clock())
        return Did("touchpoint.returned", f"proposal:{number}")

    return await moderation.act(runtime, actor, Right.ACCEPT, form, work)


async def _open(tx: Tx, number: int) -> Proposal:
    found = await touchpoints.proposal(tx, number)
    if found is None:
        raise NotThere
    if found.state is not State.OPEN:
        raise Decided
    return found
