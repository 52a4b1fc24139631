"""What moderators do with the content: once however often a form is sent, one after another, audited."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.acting import ACTION, Done, Form
from bot.domain.cleaning import storable
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import SLUG, TEMPLATES, Draft, DraftConflict, ReasonMissing, leads_to
from bot.domain.errors import Forbidden
from bot.domain.events import StaffPerson
from bot.domain.sign_in import NobodyKnown, clean_login
from bot.domain.staff import Right, may
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage import acts, audit, drafts, releases, staff
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base import stored
from knowledge_base.faults import Fault, PackError
from knowledge_base.schema import Pack
from knowledge_base.stored import Bodies, Key

MOST_REASON = 500
MOST_SLUG, MOST_BODY = 40, 200_000
"""Characters of a template's name and of its draft."""


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


async def allowed(runtime: Runtime, actor: int, right: Right) -> None:
    """For what changes nothing. Raises Forbidden."""
    async with runtime.db.once() as tx:
        if not may(await staff.by_id(tx, actor), right):
            raise Forbidden


def body_of(slug: str, item: Mapping[str, Any]) -> str:
    """A template as a draft keeps it, whole or not. Raises BadForm for what is too long, or has no good name."""
    body = json.dumps(storable({**item, "slug": slug}), ensure_ascii=False)
    if not SLUG.fullmatch(slug) or len(slug) > MOST_SLUG or len(body) > MOST_BODY:
        raise BadForm
    return body


async def by_hand(tx: Tx, who: str, right: Right) -> int:
    """Whose name stands under what is done at the shell, by login or number. Raises NobodyKnown, Forbidden."""
    found = await staff.named(tx, clean_login(who))
    if found is None:
        raise NobodyKnown
    if not may(await staff.by_id(tx, found), right):
        raise Forbidden
    return found


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
    bodies = stored.with_changes(await _newest(tx), changes)
    pack = await checked(bodies, stored.digest(bodies))
    blocked = await asyncio.to_thread(stored.blocked_words, bodies, changes.keys())
    if blocked:
        raise PackError(tuple(blocked))
    return pack


async def faults_of(tx: Tx, draft: Draft) -> list[Fault]:
    """Why no release could take a draft; new templates that it leads to count as there while they are drafts, too."""
    newest, own = await _newest(tx), {(draft.kind, draft.slug): draft.body}
    beside = {(one.kind, one.slug): one.body for one in await companions(tx, draft, newest)}
    faults: Collection[Fault] = ()
    try:
        await checked(stored.with_changes(newest, {**own, **beside}), "")
    except PackError as error:
        faults = error.faults
    return [*_its_own(faults, beside), *await asyncio.to_thread(stored.blocked_words, {**newest, **own}, own.keys())]


async def seen_faults(tx: Tx, pack: Pack, draft: Draft) -> list[Fault]:
    """The same for a look: against what this worker serves, without reading all of it anew."""
    own, agency = {(draft.kind, draft.slug): draft.body}, stored.agency_of(pack)
    newest = {**dict.fromkeys(((TEMPLATES, slug) for slug in pack.templates), ""), **agency}
    beside = {(one.kind, one.slug): one.body for one in await companions(tx, draft, newest)}
    faults = await asyncio.to_thread(stored.faults_of, pack, {**own, **beside}, REQUIRED_TEXTS)
    return [*_its_own(faults, beside), *await asyncio.to_thread(stored.blocked_words, {**agency, **own}, own.keys())]


def _its_own(faults: Collection[Fault], beside: Bodies) -> list[Fault]:
    return [one for one in faults if not any(lies_in(one, slug) or named_in(one, slug) for _, slug in beside)]


async def companions(tx: Tx, draft: Draft, newest: Bodies) -> list[Draft]:
    """Open drafts of new templates that a draft's buttons lead to."""
    wanted = {slug for slug in leads_to(draft.item) if (draft.kind, slug) not in newest} - {draft.slug}
    return [one for one in await drafts.all_open(tx, draft.kind) if one.slug in wanted] if wanted else []


def lies_in(fault: Fault, slug: str) -> bool:
    """Whether a template is to be mended."""
    return fault.file == f"{TEMPLATES}/{slug}.yml"


def named_in(fault: Fault, slug: str) -> bool:
    """Whether it is the other of two that do not fit each other."""
    return f"{TEMPLATES}/{slug}.yml:" in fault.remedy


async def _newest(tx: Tx) -> dict[Key, str]:
    newest = await releases.latest(tx)
    return await releases.content(tx, newest.number) if newest else {}


async def checked(bodies: Bodies, version: str) -> Pack:
    """Off the loop: a large pack takes a while. Raises PackError."""
    return await asyncio.to_thread(stored.checked, bodies, version, REQUIRED_TEXTS)
