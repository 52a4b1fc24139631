"""Journey maps as the desk shows them, with what clients say of each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot import acting
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import Draft
from bot.domain.staff import Right, rights
from bot.storage import drafts, journey_figures
from bot.storage.journey_figures import Taken
from bot.turn import Runtime
from knowledge_base.schema import Journey

JOURNEYS = "journeys"
PERIOD = dt.timedelta(days=90)
"""Of the scores in a map."""


@dataclass(frozen=True, slots=True)
class Maps:
    rows: Sequence[Journey]
    drafts: Sequence[Draft]
    may: frozenset[Right]


@dataclass(frozen=True, slots=True)
class JourneyMap:
    journey: Journey
    taken: Mapping[str, Taken]
    """By slug of a service or an answer."""
    may: frozenset[Right]


async def journeys(runtime: Runtime, actor: int) -> Maps:
    """Those of the content that is served, and drafts. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        opened = await drafts.all_open(tx, JOURNEYS)
    return Maps(tuple(runtime.shelf.content.pack.journeys.values()), opened, may)


async def journey_map(runtime: Runtime, actor: int, slug: str) -> JourneyMap:
    """One with the scores of the last quarter and the gaps of today. Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        journey = runtime.shelf.content.pack.journeys.get(slug)
        if journey is None:
            raise NotThere
        slugs = sorted({name for step in journey.steps for name in step.services})
        taken = await journey_figures.taken(tx, slugs, runtime.clock() - PERIOD)
    return JourneyMap(journey, taken, may)
