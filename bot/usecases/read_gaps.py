"""Gaps as moderators see them: the dearest first; one with its questions, what staff said, and whether it helped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot import acting
from bot.domain.desk_errors import NotThere
from bot.domain.gaps import PERIOD, Asked, Gap, Quality, State
from bot.domain.staff import Right, rights
from bot.storage import gaps
from bot.turn import Runtime
from nlu import alike

SHOWN_SAMPLES = 3
MOST_TYPICAL = 20
"""Of a gap's questions, the newest of which its title is chosen."""
MOST_ASKED = 300
"""Questions of one gap on its page."""


@dataclass(frozen=True, slots=True)
class GapRow:
    gap: Gap
    title: str
    """Its most typical question."""
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class GapList:
    rows: Sequence[GapRow]
    total: int
    counts: Mapping[State, int]
    may: frozenset[Right]


@dataclass(frozen=True, slots=True)
class GapCard:
    gap: Gap
    title: str
    asked: Sequence[Asked]
    """Those that staff have answered first."""
    slugs: Sequence[str]
    """Templates that these questions were answered with, the most frequent first."""
    code: str
    """For a new template."""
    before: Quality | None
    """How the template was taken before the release that closed it, as long before as it is since."""
    after: Quality | None
    others: Sequence[tuple[int, str]]
    """Gaps that it may be merged with: number and title."""
    may: frozenset[Right]


async def listing(runtime: Runtime, actor: int, state: State, most: int, skipped: int = 0) -> GapList:
    """Of one state. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        every = await gaps.every(tx, runtime.clock())
        chosen = [one for one in every if one.state is state]
        shown = chosen[skipped : skipped + most]
        asked = await gaps.asked(tx, [one.id for one in shown], MOST_TYPICAL)
    titles = await asyncio.to_thread(_titles, asked)
    rows = [GapRow(one, titles[one.id], _samples(asked[one.id], titles[one.id])) for one in shown]
    counts = Counter(one.state for one in every)
    return GapList(rows, len(chosen), {one: counts[one] for one in State}, may)


async def card(runtime: Runtime, actor: int, number: int) -> GapCard:
    """Raises Forbidden, NotThere."""
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        found = await gaps.by_id(tx, number, now)
        if found is None:
            raise NotThere
        near = [one.id for one in await gaps.every(tx, now) if one.id != number and one.state is State.OPEN][:30]
        asked = await gaps.asked(tx, [number], MOST_ASKED)
        others = await gaps.asked(tx, near, MOST_TYPICAL)
        before = after = None
        if found.released_at is not None:
            span = max(now - found.released_at, PERIOD)
            before = await gaps.quality(tx, found.slug, found.released_at - span, found.released_at)
            after = await gaps.quality(tx, found.slug, found.released_at, now)
    titles = await asyncio.to_thread(_titles, {**asked, **others})
    slugs = Counter(one.slug for one in asked[number] if one.slug)
    return GapCard(
        found,
        titles[number],
        asked[number],
        [slug for slug, _ in slugs.most_common(3)],
        alike.code_of(titles[number]) or f"gap-{number}",
        before,
        after,
        [(other, titles[other]) for other in near],
        may,
    )


def _titles(asked: Mapping[int, Sequence[Asked]]) -> dict[int, str]:
    """The most typical question of each gap; of words about what was missing only where there is nothing else."""
    found = {}
    for number, every in asked.items():
        texts = [one.text for one in every if one.outcome != "not_helped"] or [one.text for one in every]
        found[number] = alike.most_typical(texts)
    return found


def _samples(asked: Sequence[Asked], title: str) -> list[str]:
    """A few wordings beside the title."""
    others = dict.fromkeys(one.text for one in asked if one.text != title)
    return list(others)[:SHOWN_SAMPLES]
