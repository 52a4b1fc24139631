"""What a person of the staff does at the desk: once however often its form is sent, and never on an old view."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from bot import turn
from bot.domain.activities.desk import REFUSALS
from bot.domain.acts import Act
from bot.domain.decision import Decision
from bot.domain.desk_errors import BadForm, Conflict, NotDone, NotThere
from bot.domain.errors import Forbidden, OtklikError
from bot.domain.events import StaffActed, StaffPerson
from bot.domain.staff import Right, may
from bot.storage import acts, dialogs, staff
from bot.storage.session import Tx
from bot.turn import Runtime

ACTION = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class Form:
    """What every form of the desk carries."""

    action: str
    """Random, made when the form was shown: 8 to 64 letters, digits, ``-`` and ``_``."""
    seen: int | None = None
    """The conversation's version that was shown; None: whatever happened meanwhile doesn't matter."""


@dataclass(frozen=True, slots=True)
class Done:
    outcome: str
    repeated: bool = False
    """The same form was sent before; nothing was done again."""


class _SentBefore(OtklikError):
    """This form was sent before."""

    def __init__(self, outcome: str) -> None:
        super().__init__()
        self.outcome = outcome


async def reader(tx: Tx, actor: int) -> StaffPerson:
    """Whoever may read at the desk. Raises Forbidden."""
    found = await staff.by_id(tx, actor)
    if not may(found, Right.READ):
        raise Forbidden
    return found


async def act(runtime: Runtime, actor: int, address: int | None, what: Act, form: Form) -> Done:
    """Do it in one turn of the conversation, by the rules of both desks.

    Raises Forbidden, NotThere, BadForm, Conflict, NotDone; then nothing has changed.
    """
    if not ACTION.fullmatch(form.action):
        raise BadForm
    if address is None:
        raise NotThere
    async with runtime.db.once() as tx:
        who = await staff.by_id(tx, actor)
    if who.id is None:
        raise Forbidden
    try:
        decision = await turn.take(
            runtime,
            partial(_lock, actor, address, form),
            StaffActed(who, what),
            settle=partial(_settle, runtime, actor, form),
            actor=f"staff:{actor}",
        )
    except _SentBefore as before:
        return Done(before.outcome, repeated=True)
    return Done(decision.outcome)


async def _lock(actor: int, address: int, form: Form, tx: Tx) -> dialogs.Locked:
    locked = await dialogs.find_by_id(tx, address)
    if locked is None:
        raise NotThere
    outcome = await acts.first_result(tx, form.action, actor)
    if outcome is not None:
        raise _SentBefore(outcome)
    if form.seen is not None:
        changes = [one for one in await acts.since(tx, address, form.seen) if one.staff != actor]
        if changes:
            raise Conflict(changes, await acts.version(tx, address))
    return locked


async def _settle(runtime: Runtime, actor: int, form: Form, tx: Tx, decision: Decision) -> bool:
    if decision.outcome == "staff.forbidden":
        raise Forbidden
    if decision.outcome in REFUSALS:
        raise NotDone(decision.outcome)
    await acts.sent(tx, form.action, actor, decision.outcome, runtime.clock())
    return True
