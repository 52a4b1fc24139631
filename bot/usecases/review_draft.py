"""A draft on its way to a release: submitted, approved by a second person, sent back, dropped."""

from __future__ import annotations

from bot import moderation
from bot.acting import Done, Form
from bot.domain.drafts import TEMPLATES, ReasonMissing, Verb, check_step
from bot.domain.events import StaffPerson
from bot.domain.replays import Replay, check_seen
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import drafts, releases, replays
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.faults import PackError

MOST_REMARK = 2000


async def submit(runtime: Runtime, actor: int, draft: int, form: Form) -> Done:
    """For a second person to read. Raises PackError for one that no release could take, and as ``_step`` does."""
    return await _step(runtime, actor, draft, Verb.SUBMITTED, form)


async def approve(runtime: Runtime, actor: int, draft: int, form: Form, replay: int | None = None) -> Done:
    """A second person found it true; ``replay``: what it changes, as he has seen it, which is kept with the step.

    Raises OwnDraft for whoever has edited it, ReplayOutdated where that replay does not tell what is approved, and as
    ``_step`` does.
    """
    return await _step(runtime, actor, draft, Verb.APPROVED, form, replay=replay)


async def send_back(runtime: Runtime, actor: int, draft: int, remark: str, form: Form) -> Done:
    """With a word why. Raises ReasonMissing, and as ``_step`` does."""
    if not remark.strip():
        raise ReasonMissing
    return await _step(runtime, actor, draft, Verb.RETURNED, form, remark.strip()[:MOST_REMARK])


async def drop(runtime: Runtime, actor: int, draft: int, form: Form) -> Done:
    """Nothing comes of it; its text stays in the history. Raises as ``_step`` does."""
    return await _step(runtime, actor, draft, Verb.DROPPED, form)


async def _step(
    runtime: Runtime, actor: int, number: int, verb: Verb, form: Form, remark: str = "", *, replay: int | None = None
) -> Done:
    """Raises Forbidden, BadForm, NotThere, WrongState, DraftConflict when it has changed since it was shown."""

    async def step(tx: Tx, who: StaffPerson) -> Did:
        draft = await moderation.shown(tx, number, form)
        check_step(draft, verb, actor, await drafts.editors(tx, number))
        if verb in (Verb.SUBMITTED, Verb.APPROVED):
            faults = await moderation.faults_of(tx, draft)
            if faults:
                raise PackError(tuple(faults))
        seen = await _seen(tx, replay, number) if replay else None
        await drafts.step(tx, number, verb, actor, runtime.clock(), remark=remark, seen=seen)
        return Did(f"draft.{verb}", f"draft:{number}")

    right = Right.EDIT if verb in (Verb.SUBMITTED, Verb.DROPPED) else Right.APPROVE
    return await moderation.act(runtime, actor, right, form, step)


async def _seen(tx: Tx, replay: int, draft: int) -> Replay | None:
    found, newest = await replays.by_id(tx, replay), await releases.latest(tx)
    opened = {one.id for one in await drafts.all_open(tx, TEMPLATES)}
    steps = await replays.saved_steps(tx, {one.draft for one in found.drafts} & opened if found else ())
    check_seen(found, draft, steps, newest.number if newest else 0)
    return found
