"""Bring approved drafts to clients: the next release, whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from bot import moderation
from bot.acting import Done, Form
from bot.domain.drafts import TEMPLATES, Draft, LeadsToDraft, NothingToRelease, Outdated, State, Verb, leads_to
from bot.domain.events import StaffPerson
from bot.domain.pilots import Audience, Pilot
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import audit, drafts, pilots, releases
from bot.storage.releases import Made
from bot.storage.session import Database, Tx
from bot.turn import Runtime
from knowledge_base import stored


async def release_drafts(
    runtime: Runtime, actor: int, chosen: Collection[int], reason: str, form: Form, first: Audience | None = None
) -> Done:
    """The newest release with these drafts in it; workers learn it in the background and swap to it.

    ``first``: only these clients get it, until it is brought to all or stopped: a pilot.
    Raises Forbidden, BadForm, ReasonMissing, NothingToRelease (one of them is not approved any more), Outdated
    (what clients get has changed since), LeadsToDraft (to one that stays behind), PackError with what is wrong with
    the whole, PilotRuns, BadAudience; then nothing has changed.
    """
    reason = moderation.reason_of(reason)
    if first is not None:
        first.check()

    async def release(tx: Tx, who: StaffPerson) -> Did:
        approved = await _approved(tx)
        taken = [one for one in approved if one.id in set(chosen)]
        if not taken or len(taken) != len(set(chosen)):
            raise NothingToRelease
        newest = await releases.latest(tx)
        number = await _release(tx, taken, actor, reason, runtime.clock())
        if first is None or newest is None:
            return Did("release.made", f"release:{number}")
        await pilots.begin(tx, Pilot(number, newest.number, first, runtime.clock()))
        return Did("pilot.begun", f"release:{number}")

    return await moderation.act(runtime, actor, Right.RELEASE, form, release)


async def release_by_hand(db: Database, who: str, slugs: Collection[str], reason: str, now: dt.datetime) -> int:
    """The same from the shell, by the person with this login or number: these templates, or all that are approved.

    Returns the release's number. Raises NobodyKnown, and as ``release_drafts`` does.
    """
    reason = moderation.reason_of(reason)
    async with db.begin() as tx:
        actor = await moderation.by_hand(tx, who, Right.RELEASE)
        await releases.lock(tx)
        taken = [one for one in await _approved(tx) if not slugs or one.slug in slugs]
        if not taken or (slugs and len(taken) != len(set(slugs))):
            raise NothingToRelease
        number = await _release(tx, taken, actor, reason, now)
        await audit.write(tx, now, f"staff:{actor}", "release.made", f"release:{number}")
    return number


async def _approved(tx: Tx) -> list[Draft]:
    return [one for one in await drafts.all_open(tx) if one.state is State.APPROVED]


async def _release(tx: Tx, taken: Sequence[Draft], actor: int, reason: str, now: dt.datetime) -> int:
    lives = {one.id: await drafts.live(tx, one.kind, one.slug) for one in taken}
    outdated = [one.slug for one in taken if one.base != (live.id if (live := lives[one.id]) else None)]
    if outdated:
        raise Outdated(outdated)
    if apart := await _apart(tx, taken):
        raise LeadsToDraft(apart)
    changes = {(one.kind, one.slug): one.body for one in taken}
    bodies = stored.bodies_of(await moderation.with_changes(tx, changes))
    authors = {(one.kind, one.slug): f"staff:{await _author(tx, one.id)}" for one in taken}
    number = await releases.make(tx, bodies, stored.digest(bodies), Made(f"staff:{actor}", reason, now), authors)
    for one in taken:
        await drafts.step(tx, one.id, Verb.RELEASED, actor, now, release=number)
    return number


async def _apart(tx: Tx, taken: Sequence[Draft]) -> tuple[tuple[str, str], ...]:
    """Who leads to whom, of these, where the other is a draft that stays behind and clients have nothing of it."""
    with_them = {one.slug for one in taken}
    behind = {one.slug for one in await drafts.all_open(tx, TEMPLATES)} - with_them
    pairs = [(one.slug, to) for one in taken for to in leads_to(one.item) if to in behind]
    return tuple([pair for pair in pairs if await drafts.live(tx, TEMPLATES, pair[1]) is None])


async def _author(tx: Tx, draft: int) -> int:
    """Who wrote in it last."""
    return [one.staff for one in await drafts.steps(tx, draft) if one.verb is Verb.SAVED][-1]
