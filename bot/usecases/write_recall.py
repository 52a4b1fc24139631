"""Write the correction of an answer that proved wrong; a second person sends it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from bot import moderation
from bot.acting import Done, Form
from bot.domain.cleaning import clean
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import TEMPLATES
from bot.domain.events import StaffPerson
from bot.domain.recalls import NoVersionChosen, Recall, RecallChanged, RecallUnderWay, State, TextMissing
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import recalls, release_history
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.schema import Localized

MOST = 1000
"""Characters: with what is said around them they are one message everywhere."""


async def write_recall(
    runtime: Runtime, actor: int, slug: str, versions: Collection[int], texts: Mapping[str, str], form: Form
) -> Done:
    """Begin the correction of a template, or write the one that waits anew; ``form.seen``: its step, 0 for none.

    Raises Forbidden, BadForm, NotThere, NoVersionChosen, TextMissing, RecallChanged, RecallUnderWay.
    """

    async def write(tx: Tx, who: StaffPerson) -> Did:
        known = await recalls.versions_of(tx, slug)
        if not known:
            raise NotThere
        chosen = tuple(sorted(set(versions) & known))
        if not chosen:
            raise NoVersionChosen
        written = _texts(runtime, texts)
        opened = next((one for one in await recalls.of_template(tx, slug) if one.state is State.WRITTEN), None)
        if (opened.step if opened else 0) != (form.seen or 0):
            raise RecallChanged
        if any(one.state is State.SENDING for one in await recalls.of_template(tx, slug)):
            raise RecallUnderWay
        titles = await _titles(tx, slug)
        made = Recall(0, slug, chosen, titles, written, State.WRITTEN, 1, (actor,), runtime.clock())
        if opened is None:
            return Did("recall.written", f"recall:{await recalls.begin(tx, made)}")
        writers = (*opened.writers, actor) if actor not in opened.writers else opened.writers
        await recalls.rewrite(tx, replace(made, id=opened.id, step=opened.step + 1, writers=writers))
        return Did("recall.written", f"recall:{opened.id}")

    return await moderation.act(runtime, actor, Right.EDIT, form, write)


def _texts(runtime: Runtime, texts: Mapping[str, str]) -> Localized:
    """What was written, in the languages that the assistant speaks."""
    agency = runtime.shelf.content.pack.agency
    kept = {language: clean(texts.get(language, ""), MOST).strip() for language in agency.languages}
    if not kept[agency.default_language]:
        raise TextMissing
    return {language: text for language, text in kept.items() if text}


async def _titles(tx: Tx, slug: str) -> Localized:
    """What clients know the answer by: it may be gone by the time they are told."""
    newest = (await release_history.versions(tx, TEMPLATES, slug))[0]
    titles: Localized = json.loads(newest.body)["title"]
    return titles
