"""Send a correction that a colleague wrote; stop one, or drop it unsent."""

from __future__ import annotations

from bot import moderation
from bot.acting import Done, Form
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import WrongState
from bot.domain.events import StaffPerson
from bot.domain.recalls import NobodyToTell, OwnRecall, Recall, RecallChanged, State, StillGiven
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import recall_clients, recalls
from bot.storage.session import Tx
from bot.turn import Runtime


async def send_recall(runtime: Runtime, actor: int, number: int, form: Form) -> Done:
    """A second person has read it: it goes to everybody who got the wrong answer and can be written to.

    Raises Forbidden, BadForm, NotThere, RecallChanged, WrongState, OwnRecall, StillGiven, NobodyToTell.
    """

    async def send(tx: Tx, who: StaffPerson) -> Did:
        one = await _shown(tx, number, form, State.WRITTEN)
        if actor in one.writers:
            raise OwnRecall
        if await recalls.still_given(tx, one.versions):
            raise StillGiven
        await recalls.send(tx, one, actor, runtime.clock())
        if not await recall_clients.waiting(tx, number, 1):
            raise NobodyToTell
        return Did("recall.sent", f"recall:{number}")

    return await moderation.act(runtime, actor, Right.RELEASE, form, send)


async def stop_recall(runtime: Runtime, actor: int, number: int, form: Form) -> Done:
    """At once: no message begins after it, and what still waits for a messenger is not sent.

    Whatever step was shown: to stop is always right. Raises Forbidden, BadForm, NotThere, WrongState.
    """

    async def stop(tx: Tx, who: StaffPerson) -> Did:
        one = await _shown(tx, number, None, State.SENDING)
        now = runtime.clock()
        await recalls.end(tx, one, State.STOPPED, actor, now)
        await recall_clients.leave(tx, number)
        await recall_clients.take_back(tx, now)
        return Did("recall.stopped", f"recall:{number}")

    return await moderation.act(runtime, actor, Right.RELEASE, form, stop)


async def drop_recall(runtime: Runtime, actor: int, number: int, form: Form) -> Done:
    """Nothing comes of it. Raises Forbidden, BadForm, NotThere, RecallChanged, WrongState."""

    async def drop(tx: Tx, who: StaffPerson) -> Did:
        one = await _shown(tx, number, form, State.WRITTEN)
        await recalls.end(tx, one, State.DROPPED, actor, runtime.clock())
        return Did("recall.dropped", f"recall:{number}")

    return await moderation.act(runtime, actor, Right.EDIT, form, drop)


async def _shown(tx: Tx, number: int, form: Form | None, state: State) -> Recall:
    one = await recalls.by_id(tx, number)
    if one is None:
        raise NotThere
    if form is not None and one.step != form.seen:
        raise RecallChanged
    if one.state is not state:
        raise WrongState
    return one
