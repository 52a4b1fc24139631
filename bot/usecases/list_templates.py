"""The list of templates: found by words, topic, owner, state of draft, review date."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import acting
from bot.domain import reviews, terms
from bot.domain.drafts import OPEN, TEMPLATES, Draft
from bot.domain.reviews import Mark
from bot.domain.staff import Right, rights
from bot.storage import drafts, releases
from bot.turn import Runtime
from knowledge_base.schema import Localized, Pack, Template


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which templates are listed."""

    search: str = ""
    topic: str = ""
    show: str = ""
    """A state of drafts, a mark of reviews, or nothing for all."""
    owner: str = ""
    by_date: bool = False
    """The nearest review date first; else by topic and title."""
    situation: str = ""
    """Its own, or a variant's."""
    segment: str = ""
    """A variant's."""
    language: str = ""
    """It is written in; ``-en``: it is not."""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    slug: str
    title: Localized
    topic: str
    owner: str
    review_by: str
    mark: Mark | None
    draft: Draft | None
    new: bool
    """Clients do not get it yet."""
    whose: frozenset[str]
    """Situations, segments and languages that it is written for: ``segment/farmer``, ``language/en``."""


@dataclass(frozen=True, slots=True)
class Listing:
    rows: Sequence[TemplateRow]
    counts: Mapping[str, int]
    """By ``Wanted.show``."""
    release: int
    coming: bool
    """This worker still learns the newest release."""
    may: frozenset[Right]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a list of thousands is not to work out anew each time."""

    template: Template
    place: tuple[int, str]
    """By topic and title."""
    words: str
    whose: frozenset[str]


class _Index:
    """Of the pack that is served; made when it is first asked for."""

    def __init__(self) -> None:
        self._pack: Pack | None = None
        self._entries: tuple[_Entry, ...] = ()

    def of(self, pack: Pack) -> tuple[_Entry, ...]:
        """In the order of topics and titles."""
        if self._pack is not pack:
            self._entries = tuple(sorted(map(_Order(pack).entry, pack.templates.values()), key=lambda one: one.place))
            self._pack = pack
        return self._entries


class _Order:
    def __init__(self, pack: Pack) -> None:
        self._topics = {key: place for place, key in enumerate(pack.topics)}
        self._language = pack.agency.default_language

    def place(self, topic: str, title: Localized, slug: str) -> tuple[int, str]:
        return self._topics.get(topic, len(self._topics)), title.get(self._language, slug).casefold()

    def entry(self, one: Template) -> _Entry:
        texts = [one.slug, *one.title.values(), *one.short.values()]
        texts += [sample for samples in one.samples.values() for sample in samples]
        words = "\n".join(texts).casefold()
        whose = _whose(one.model_dump(include={"situation", "variants", "short"}))
        return _Entry(one, self.place(one.topic, one.title, one.slug), words, whose)


_index = _Index()


async def list_templates(runtime: Runtime, actor: int, wanted: Wanted) -> Listing:
    """As wanted. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        opened = {one.slug: one for one in await drafts.all_open(tx, TEMPLATES)}
        newest = await releases.latest(tx)
    content = runtime.shelf.content
    pack, today = content.pack, terms.day_of(runtime.clock(), content.pack.agency.timezone)
    found = list(_rows(pack, opened, today))
    counts = {state.value: sum(one.state is state for one in opened.values()) for state in OPEN}
    marks = Counter(row.mark for _, _, row in found if row.mark)
    counts |= {mark.value: marks[mark] for mark in Mark}
    words = wanted.search.casefold().split()
    found = [one for one in found if _fits(one[2], wanted) and all(word in one[1] for word in words)]
    found.sort(key=lambda one: (one[2].review_by or "9", one[0]) if wanted.by_date else ("", one[0]))
    number = newest.number if newest else content.release
    return Listing([row for _, _, row in found], counts, number, number != content.release, may)


def _rows(
    pack: Pack, opened: Mapping[str, Draft], today: dt.date
) -> Iterator[tuple[tuple[int, str], str, TemplateRow]]:
    """Each with its place and the words that it is found by: what clients get, then what they are to get."""
    for entry in _index.of(pack):
        one, mark = entry.template, reviews.mark_of(pack, entry.template.review_by, today)
        day = one.review_by.isoformat()
        draft = opened.get(one.slug)
        row = TemplateRow(one.slug, one.title, one.topic, one.owner, day, mark, draft, False, entry.whose)
        yield entry.place, entry.words, row
    order = _Order(pack)
    for row in (_new(draft) for slug, draft in opened.items() if slug not in pack.templates):
        words = "\n".join([row.slug, *map(str, row.title.values())]).casefold()
        yield order.place(row.topic, row.title, row.slug), words, row


def _new(draft: Draft) -> TemplateRow:
    item = draft.item
    title = item.get("title")
    return TemplateRow(
        draft.slug,
        {name: str(text) for name, text in title.items()} if isinstance(title, dict) else {},
        str(item.get("topic") or ""),
        str(item.get("owner") or ""),
        str(item.get("review_by") or ""),
        None,
        draft,
        new=True,
        whose=_whose(item),
    )


def _whose(item: Mapping[str, Any]) -> frozenset[str]:
    """Of an item that may be half-written."""
    parts = [item, *(item.get("variants") or ())]
    found = {f"{name}/{one[name]}" for one in parts for name in ("situation", "segment") if one.get(name)}
    return frozenset(found | {f"language/{language}" for language in item.get("short") or ()})


def _fits(row: TemplateRow, wanted: Wanted) -> bool:
    if wanted.topic and row.topic != wanted.topic:
        return False
    if wanted.owner and row.owner != wanted.owner:
        return False
    if wanted.situation and f"situation/{wanted.situation}" not in row.whose:
        return False
    if wanted.segment and f"segment/{wanted.segment}" not in row.whose:
        return False
    language, lacking = wanted.language.removeprefix("-"), wanted.language.startswith("-")
    if language and (f"language/{language}" in row.whose) is lacking:
        return False
    return _stands(row, wanted)


def _stands(row: TemplateRow, wanted: Wanted) -> bool:
    if wanted.show in set(Mark) and row.mark != wanted.show:
        return False
    asked = wanted.show in {state.value for state in OPEN}
    return not asked or (row.draft is not None and row.draft.state == wanted.show)
