"""Propose a row of the register of touchpoints: a new one, another wording, its removal."""

from __future__ import annotations

from bot import moderation
from bot.acting import Done, Form
from bot.domain.desk_errors import NotThere
from bot.domain.events import StaffPerson
from bot.domain.staff import Right
from bot.domain.touchpoints import LONGEST_REASON, Decided, Facts, NothingNew, Taken, What, tidy
from bot.moderation import Did
from bot.storage import touchpoints
from bot.storage.session import Tx
from bot.turn import Runtime


async def propose_new(runtime: Runtime, actor: int, facts: Facts, reason: str, form: Form) -> Done:
    """Raises Forbidden, BadForm, Incomplete, Taken."""
    return await _propose(runtime, actor, What.NEW, None, facts, reason, form)


async def propose_change(
    runtime: Runtime, actor: int, number: int, facts: Facts | None, reason: str, form: Form
) -> Done:
    """``facts``: None proposes the removal. Raises as ``propose_new``, and NotThere, NothingNew, Decided."""
    what = What.REMOVAL if facts is None else What.CHANGE
    return await _propose(runtime, actor, what, number, facts, reason, form)


async def _propose(
    runtime: Runtime, actor: int, what: What, number: int | None, facts: Facts | None, reason: str, form: Form
) -> Done:
    wished = tidy(facts) if facts else None

    async def work(tx: Tx, who: StaffPerson) -> Did:
        row = wished
        if number is not None:
            point = await touchpoints.one(tx, number)
            if point is None or point.ended_at is not None:
                raise NotThere
            if point.waiting:
                raise Decided
            if point.facts == wished:
                raise NothingNew
            row = row or point.facts
        assert row is not None, "a new one has its facts"
        if what is not What.REMOVAL:
            await _check_free(tx, row, number)
        words = reason.strip()[:LONGEST_REASON]
        made = await touchpoints.propose(tx, what, row, number, words, actor, who.team, runtime.clock())
        return Did("touchpoint.proposed", f"proposal:{made}")

    return await moderation.act(runtime, actor, Right.PROPOSE, form, work)


async def _check_free(tx: Tx, facts: Facts, number: int | None) -> None:
    if await touchpoints.named(tx, facts.process, facts.place) not in (None, number):
        raise Taken
    name = facts.process.lower(), facts.place.lower()
    if any((p.facts.process.lower(), p.facts.place.lower()) == name for p in await touchpoints.waiting(tx)):
        raise Taken
