"""Answers to be leafed through: topics, their questions, then the answer itself."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import public
from bot.domain.activities.menu import MAIN
from bot.domain.decision import Decision, Scene
from bot.domain.speech import Offer, Ref, Rows, offer, say

SHOWN = 4
"""Entries at a time: with the ways on and back not more buttons than one can look over."""


def topics(scene: Scene, page: int = 0) -> Decision:
    """All topics that have something to read."""
    offers = [Offer(Ref(f"topic_title/{key}"), f"aq:{key}:0") for key in public.by_topic(scene.pack, scene.now)]
    rows = paged(offers, page, "at", offer("button.menu", f"menu:{MAIN}"))
    return Decision(scene.dialog, says=(say("answers.topics", rows),), outcome="answers")


def questions(scene: Scene, topic: str, page: int) -> Decision:
    """The questions of a topic; the topics where the pack has it no more."""
    templates = public.by_topic(scene.pack, scene.now).get(topic)
    if templates is None:
        return topics(scene)
    offers = [Offer(Ref(f"template/{one.slug}/title"), f"t:{one.slug}") for one in templates]
    rows = paged(offers, page, f"aq:{topic}", offer("button.topics", "at:0"))
    told = say("answers.questions", rows, topic=Ref(f"topic_title/{topic}"))
    return Decision(scene.dialog, says=(told,), outcome="answers")


def paged(offers: Sequence[Offer], page: int, action: str, back: Offer) -> Rows:
    """A few at a time, with the way on (``action`` with the page's number) and back."""
    pages = -(-len(offers) // SHOWN)
    first = (page if page < pages else 0) * SHOWN
    ways = (offer("button.further", f"{action}:{(first // SHOWN + 1) % pages}"),) if pages > 1 else ()
    return (*((one,) for one in offers[first : first + SHOWN]), (*ways, back))
