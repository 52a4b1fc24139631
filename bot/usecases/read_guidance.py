"""What staff write by: canned answers, rules for untypical messages, telephone scripts, rules for public comments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot import acting, moderation
from bot.domain import reviews, terms
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import Draft, Live, Step, Verb
from bot.domain.guidance import Guide, GuideRow, Guides
from bot.domain.reviews import Mark
from bot.domain.staff import Right, rights
from bot.storage import desk, desk_clients, drafts
from bot.turn import Runtime
from knowledge_base.faults import Fault
from knowledge_base.schema import GUIDANCE, Canned, Conduct, Guidance, Localized, Pack, Untypical
from nlu.words import telling


@dataclass(frozen=True, slots=True)
class GuideCard:
    """One of them in the editor: what staff read now, and its draft."""

    kind: str
    slug: str
    live: Live | None
    live_item: Mapping[str, Any]
    draft: Draft | None
    item: Mapping[str, Any]
    """What stands in the draft, else what is live; may be half-written."""
    steps: Sequence[Step]
    faults: Sequence[Fault]
    """What stands in the way of the draft's release."""
    may: frozenset[Right]
    own: bool
    """This person has written in the draft."""


LONGEST = 2000
"""Of a client's words, when rules for them are looked for."""


async def beside(runtime: Runtime, actor: int, address: int, language: str) -> Mapping[str, Sequence[Guide]]:
    """All of it by kind, what fits the client's last words or the answering team first. Raises Forbidden."""
    now, pack = runtime.clock(), runtime.shelf.content.pack
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        said = await desk_clients.last_words(tx, address)
        cases = [case for case in await desk.cases_of(tx, address, now) if case.closed_at is None]
    topics = frozenset(key for case in cases if case.team in pack.teams for key in pack.teams[case.team].topics)
    words = telling(said[:LONGEST])
    found = {
        kind: [_guide(pack, kind, one, language, _near(one, words, topics)) for one in _of(pack, kind)]
        for kind in GUIDANCE
    }
    return {kind: sorted(guides, key=lambda guide: not guide.near) for kind, guides in found.items() if guides}


async def canned(runtime: Runtime, actor: int, search: str, language: str) -> Sequence[Guide]:
    """Canned answers that hold every word looked for. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
    pack, words = runtime.shelf.content.pack, search.casefold().split()
    found = (_guide(pack, "canned", one, language) for one in pack.canned.values())
    return [one for one in found if all(word in f"{one.title} {one.text}".casefold() for word in words)]


async def listing(runtime: Runtime, actor: int, show: str, owner: str, language: str) -> Guides:
    """By kind; ``show``: a mark of reviews, ``owner``: a team, empty for all. Raises Forbidden."""
    pack = runtime.shelf.content.pack
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        opened = [one for one in await drafts.all_open(tx) if one.kind in GUIDANCE]
    today = terms.day_of(runtime.clock(), pack.agency.timezone)
    rows = {
        kind: [
            GuideRow(
                _guide(pack, kind, one, language), one.owner, one.review_by, reviews.mark_of(pack, one.review_by, today)
            )
            for one in _of(pack, kind)
        ]
        for kind in GUIDANCE
    }
    counts = {mark.value: sum(row.mark is mark for some in rows.values() for row in some) for mark in Mark}
    wanted = {
        kind: [row for row in some if show in ("", row.mark) and owner in ("", row.owner)]
        for kind, some in rows.items()
    }
    return Guides(wanted, counts, opened, may)


async def card(runtime: Runtime, actor: int, kind: str, slug: str, *, new: bool = False) -> GuideCard:
    """One with its draft; ``new``: one that is not there yet is an empty page. Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        live, draft = await drafts.live(tx, kind, slug), await drafts.open_of(tx, kind, slug)
        if live is None and draft is None and not new:
            raise NotThere
        steps = await drafts.steps(tx, draft.id) if draft else ()
        faults = await moderation.faults_of(tx, draft) if draft else ()
    own = any(one.staff == actor and one.verb is Verb.SAVED for one in steps)
    live_item = json.loads(live.body) if live else {}
    item = draft.item if draft else live_item
    return GuideCard(kind, slug, live, live_item, draft, item, steps, faults, may, own)


def _of(pack: Pack, kind: str) -> Iterator[Guidance]:
    items: Mapping[str, Guidance] = getattr(pack, kind)
    yield from items.values()


def _guide(pack: Pack, kind: str, one: Guidance, language: str, near: bool = False) -> Guide:
    def said(texts: Localized) -> str:
        return texts.get(language) or texts[pack.agency.default_language]

    match one:
        case Canned():
            insert = said(one.text)
        case Untypical(say=dict(say)):
            insert = said(say)
        case _:
            insert = ""
    hides = isinstance(one, Conduct) and one.hides
    return Guide(kind, one.slug, said(one.title), said(one.text), insert, near, hides)


def _near(one: Guidance, words: frozenset[str], topics: frozenset[str]) -> bool:
    if isinstance(one, Untypical) and any(_telling(phrase) <= words for phrase in one.phrases):
        return True
    return bool(topics.intersection(one.topics))


_telling = lru_cache(maxsize=4096)(telling)
