"""What moderators do with the content: once however often a form is sent, one after another, audited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.acting import ACTION, Done, Form
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import Draft, DraftConflict, ReasonMissing
from bot.domain.errors import Forbidden
from bot.domain.events import StaffPerson
from bot.domain.staff import Right, may
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage import acts, audit, drafts, releases, staff
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base import stored
from knowledge_base.faults import PackError
from knowledge_base.schema import Pack
from knowledge_base.stored import Bodies, Key

MOST_REASON = 500


@dataclass(frozen=True, slots=True)
class Did:
    outcome: str
    """Verb of the audit: ``draft.saved`` ..."""
    what: str
    """``draft:3``, ``release:4``."""


Work = Callable[[Tx, StaffPerson], Awaitable[Did]]


async def act(runtime: Runtime, actor: int, right: Right, form: Form, work: Work) -> Done:
    """Do it in one transaction, with its audit row. Nobody else changes the content meanwhile.

    Raises Forbidden, BadForm, and what ``work`` raises; then nothing has changed.
    """
    if not ACTION.fullmatch(form.action):
        raise BadForm
    async with runtime.db.begin() as tx:
        who = await staff.by_id(tx, actor)
        if not may(who, right):
            raise Forbidden
        await releases.lock(tx)
        outcome = await acts.first_result(tx, form.action, actor)
        if outcome is not None:
            return Done(outcome, repeated=True)
        did = await work(tx, who)
        await acts.sent(tx, form.action, actor, did.outcome, runtime.clock())
        await audit.write(tx, runtime.clock(), f"staff:{actor}", did.outcome, did.what)
    return Done(did.outcome)


def reason_of(text: str) -> str:
    """Why something is done, cut to what is kept. Raises ReasonMissing."""
    if not text.strip():
        raise ReasonMissing
    return text.strip()[:MOST_REASON]


async def shown(tx: Tx, number: int, form: Form) -> Draft:
    """An open draft as the form has shown it. Raises NotThere, DraftConflict."""
    draft = await drafts.by_id(tx, number)
    if draft is None:
        raise NotThere
    if draft.step != form.seen:
        raise await conflict(tx, draft.kind, draft.slug, draft)
    return draft


async def conflict(tx: Tx, kind: str, slug: str, draft: Draft | None) -> DraftConflict:
    """What stands there now, for whoever acted on an older view."""
    live = await drafts.live(tx, kind, slug)
    base = live.id if live else None
    if draft is None:
        return DraftConflict(live.body if live else None, 0, base, "")
    steps = await drafts.steps(tx, draft.id)
    return DraftConflict(draft.body, draft.step, base, steps[-1].name if steps else "")


async def with_changes(tx: Tx, changes: Mapping[Key, str]) -> Pack:
    """The newest release with some items changed, by the checks of a folder to be published. Raises PackError."""
    newest = await releases.latest(tx)
    bodies = {**(await releases.content(tx, newest.number) if newest else {}), **changes}
    pack = await checked(bodies, stored.digest(bodies))
    blocked = await asyncio.to_thread(stored.blocked_words, bodies, changes.keys())
    if blocked:
        raise PackError(tuple(blocked))
    return pack


async def checked(bodies: Bodies, version: str) -> Pack:
    """Off the loop: a large pack takes a while. Raises PackError."""
    return await asyncio.to_thread(stored.checked, bodies, version, REQUIRED_TEXTS)
