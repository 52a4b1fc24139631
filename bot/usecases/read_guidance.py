"""What staff write by: canned answers, rules for untypical messages, telephone scripts, rules for public comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from bot import acting
from bot.domain import reviews, terms
from bot.domain.guidance import Guide, GuideRow, Guides
from bot.domain.reviews import Mark
from bot.domain.staff import rights
from bot.storage import desk, desk_clients
from bot.turn import Runtime
from knowledge_base.schema import GUIDANCE, Canned, Conduct, Guidance, Localized, Pack, Untypical
from nlu.words import telling

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
    return Guides(wanted, counts, may)


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
