"""What moderators do with a gap: a draft out of what staff said, a word why not, other questions in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot import moderation
from bot.acting import Done, Form
from bot.domain import terms
from bot.domain.desk_errors import BadForm, NotThere
from bot.domain.drafts import SLUG, TEMPLATES
from bot.domain.events import StaffPerson
from bot.domain.gaps import REVIEW_AFTER, Asked, begun, samples, with_samples
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import drafts, gaps
from bot.storage.gaps import Kept
from bot.storage.session import Tx
from bot.turn import Runtime
from nlu import alike

MOST = 300
_EMPTY = Kept(b"", {}, 0, "")
"""Of a gap whose questions are counted at the next tick."""


async def draft_from_gap(runtime: Runtime, actor: int, number: int, question: int, slug: str, form: Form) -> Done:
    """A draft that answers it: a new template out of what staff said to one of its questions, with all of them as
    samples; of one that is there already, the same template with these samples more. It is read and released as any.

    ``question``: whose answer is taken, 0 for none. Raises Forbidden, BadForm, NotThere.
    """
    if not SLUG.fullmatch(slug) or len(slug) > 40:
        raise BadForm

    async def write(tx: Tx, who: StaffPerson) -> Did:
        asked = await _asked(runtime, tx, number)
        agency = runtime.shelf.content.pack.agency
        found = samples(asked, agency.languages, agency.default_language)
        opened, live = await drafts.open_of(tx, TEMPLATES, slug), await drafts.live(tx, TEMPLATES, slug)
        stands = opened or live
        if stands is None:
            item = await _new(runtime, asked, question, found, slug)
        else:
            item = with_samples(json.loads(stands.body), found)
        body, now = json.dumps({**item, "slug": slug}, ensure_ascii=False), runtime.clock()
        if opened is None:
            draft = await drafts.begin(tx, TEMPLATES, slug, body, live.id if live else None, actor, now)
        else:
            draft = opened.id
            await drafts.save(tx, draft, body, opened.base, actor, now)
        await gaps.drafted(tx, number, draft)
        return Did("gap.drafted", f"gap:{number}")

    return await moderation.act(runtime, actor, Right.EDIT, form, write)


async def _new(
    runtime: Runtime, asked: Sequence[Asked], question: int, found: Mapping[str, Sequence[str]], slug: str
) -> dict[str, Any]:
    """By topic and keeper as whatever these questions were answered with so far."""
    pack = runtime.shelf.content.pack
    answer = next((one for one in asked if one.id == question), asked[0])
    texts = [one.text for one in asked if one.outcome != "not_helped"] or [one.text for one in asked]
    title = await asyncio.to_thread(alike.most_typical, texts)
    language = answer.language if answer.language in pack.agency.languages else pack.agency.default_language
    near = next((pack.templates[one.slug] for one in asked if one.slug in pack.templates), None)
    until = terms.day_of(runtime.clock() + REVIEW_AFTER, pack.agency.timezone)
    kept = {"topic": near.topic if near else "", "owner": near.owner if near else pack.agency.default_team}
    return {**begun(title, answer, found, language), **kept, "review_by": until.isoformat(), "slug": slug}


async def dismiss_gap(runtime: Runtime, actor: int, number: int, reason: str, form: Form) -> Done:
    """It is not for us to answer. Raises Forbidden, BadForm, ReasonMissing, NotThere."""

    async def dismiss(tx: Tx, who: StaffPerson) -> Did:
        await _asked(runtime, tx, number)
        await gaps.dismiss(tx, number, actor, moderation.reason_of(reason), runtime.clock())
        return Did("gap.dismissed", f"gap:{number}")

    return await moderation.act(runtime, actor, Right.EDIT, form, dismiss)


async def bring_gap_back(runtime: Runtime, actor: int, number: int, form: Form) -> Done:
    """It is one after all. Raises Forbidden, BadForm, NotThere."""

    async def back(tx: Tx, who: StaffPerson) -> Did:
        await _asked(runtime, tx, number)
        await gaps.bring_back(tx, number)
        return Did("gap.brought_back", f"gap:{number}")

    return await moderation.act(runtime, actor, Right.EDIT, form, back)


async def move_questions(
    runtime: Runtime, actor: int, number: int, questions: Collection[int], target: int, form: Form
) -> Done:
    """Questions that ask something else go to another gap, or (``target`` 0) to one of their own; none: all of them go,
    and this gap with them. What new questions are compared with follows at the next tick.

    Raises Forbidden, BadForm for nothing that could be moved, NotThere.
    """

    async def move(tx: Tx, who: StaffPerson) -> Did:
        await _asked(runtime, tx, number)
        if target:
            await _asked(runtime, tx, target)
        if target == number or not (questions or target):
            raise BadForm
        to = target or await gaps.begin(tx, _EMPTY, runtime.clock())
        if not questions:
            await gaps.merge(tx, number, to)
        elif not await gaps.move(tx, sorted(questions), number, to):
            raise BadForm
        return Did("gap.merged" if not questions else "gap.moved", f"gap:{number}")

    return await moderation.act(runtime, actor, Right.EDIT, form, move)


async def _asked(runtime: Runtime, tx: Tx, number: int) -> list[Asked]:
    """Its questions. Raises NotThere."""
    found = (await gaps.asked(tx, [number], MOST))[number]
    if not found:
        raise NotThere
    return found
