"""Tell a moderator which questions of a template are nearer to another one. Nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot import moderation
from bot.domain.staff import Right
from bot.turn import Runtime
from knowledge_base.schema import Localized
from nlu.closeness import strays
from nlu.engines import Live

LONGEST = 300
"""Characters of a question that are compared."""


@dataclass(frozen=True, slots=True)
class Nearer:
    sample: str
    slug: str
    """Of the other topic."""
    title: Localized
    """Empty for a general intent: a greeting, a call for a person."""
    template: bool
    """It has a page of its own in the editor."""
    text: str
    """The question there."""
    score: float
    """How surely whoever asks so would get the other one, were this question not here."""


async def review_samples(runtime: Runtime, actor: int, slug: str, samples: Sequence[str]) -> Sequence[Nearer]:
    """Against what clients get now; nothing where the engine can't compare. Raises Forbidden."""
    await moderation.allowed(runtime, actor, Right.EDIT)
    content = runtime.shelf.content
    if not isinstance(content.engine, Live):
        return ()
    matcher, pack = content.engine.matcher, content.pack
    cut = [one[:LONGEST] for one in samples]
    found = await asyncio.to_thread(strays, slug, cut, pack, matcher)
    told = []
    for one in found:
        other = pack.templates.get(one.slug) or pack.services.get(one.slug)
        title = other.title if other else {}
        told.append(Nearer(one.sample, one.slug, title, one.slug in pack.templates, one.text, one.score))
    return told
