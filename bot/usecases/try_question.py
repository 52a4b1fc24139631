"""Try a question: what a client would get now, and were the drafts released. Nothing of it is kept or counted."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot import moderation
from bot.domain.decide import decide
from bot.domain.decision import Decision, Need, Scene, View
from bot.domain.dialog import Dialog
from bot.domain.events import ClientActed
from bot.domain.messages import Channel, Incoming, Kind, Rendered
from bot.domain.rendering import render
from bot.domain.staff import Right
from bot.domain.wording import Voice
from bot.draft_release import DraftRelease, draft_release
from bot.turn import Content, Runtime
from knowledge_base.faults import Fault, PackError
from knowledge_base.schema import Localized, Pack
from nlu.draft_engines import TooManyDrafts
from nlu.engines import Live
from nlu.explain import Explanation, Near, Weighed, explain
from nlu.understanding import Outcome, Understanding

LONGEST = 1000
"""Characters of a question."""
PATIENCE = 1.5
"""Seconds that an engine elsewhere may take."""
WAIT = 20.0
"""Seconds of waiting for an engine that is being learned; then whoever waits asks again."""


@dataclass(frozen=True, slots=True)
class Named:
    """A candidate, or a question near to the one that was tried."""

    slug: str
    title: Localized
    score: float
    template: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """What spoke for the best candidate: more than 0 for it, less against it."""

    slug: str
    title: Localized
    words: tuple[Weighed, ...]
    letters: float
    meaning: float
    near: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Got:
    """What a client gets."""

    outcome: Outcome
    slug: str
    """What was understood; empty for nothing."""
    title: Localized
    said: tuple[Rendered, ...]
    """Empty where it depends on the client: his own requests, his own data."""
    person: bool
    """A person is called."""
    candidates: tuple[Named, ...]
    why: Why | None
    """None where the engine does not tell."""
    engine: str


class Readiness(StrEnum):
    """Of the draft's engine."""

    READY = "ready"
    LEARNING = "learning"
    BUSY = "busy"
    """Others are learned first."""
    NONE = "none"
    """There is no draft, or it changes nothing."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tried:
    question: str
    now: Got
    learned: bool
    """False: this worker still learns the newest release."""
    draft: Got | None
    readiness: Readiness
    taken: Mapping[str, Localized]
    """Titles of the drafts that count."""
    left_out: Mapping[str, tuple[Fault, ...]]
    """Drafts that can't be released as they are, and why."""


async def try_question(
    runtime: Runtime, actor: int, text: str, chosen: Collection[str] | None = None, *, wait: bool = False
) -> Tried:
    """``chosen``: as for ``draft_release``; ``wait``: until the draft is learned, at most WAIT. Raises Forbidden."""
    await moderation.allowed(runtime, actor, Right.EDIT)
    text, content = text[:LONGEST], runtime.shelf.content
    understood = await _heard(content, text)
    now = await asyncio.to_thread(_got, runtime, content, understood)
    try:
        found = await draft_release(runtime.db, chosen)
    except PackError:  # what clients get can't be read by this program: no draft is to blame
        return Tried(text, now, content.learned, None, Readiness.FAILED, {}, {})
    engine, readiness = await _engine(runtime, content, found, wait)
    draft = None
    if engine is not None:
        trial = Content(found.base, found.pack, engine)
        draft = await asyncio.to_thread(lambda: _got(runtime, trial, engine.understand(text)))
    taken = {one.slug: found.pack.templates[one.slug].title for one in found.taken}
    return Tried(text, now, content.learned, draft, readiness, taken, found.left_out)


async def _heard(content: Content, text: str) -> Understanding:
    """By the engine that reads what clients write; one that only runs beside it is not to count this."""
    if isinstance(content.engine, Live) and content.engine.shadows is not None:
        return content.engine.understand(text)
    return (await content.engine.hear([text], asyncio.get_running_loop().time() + PATIENCE))[0]


async def _engine(runtime: Runtime, content: Content, found: DraftRelease, wait: bool) -> tuple[Live | None, Readiness]:
    if not found.taken or runtime.engines is None or found.pack.version == content.pack.version:
        return None, Readiness.NONE
    try:
        future = runtime.engines.drafts.of(found.pack)
    except TooManyDrafts:
        return None, Readiness.BUSY
    if wait:
        await asyncio.wait({future}, timeout=WAIT)
    if not future.done():
        return None, Readiness.LEARNING
    if future.cancelled() or future.exception() is not None:
        return None, Readiness.FAILED
    return future.result(), Readiness.READY


def _got(runtime: Runtime, content: Content, understood: Understanding) -> Got:
    """By the rules of every turn, for a client who has asked nothing before; nothing is saved."""
    pack, now = content.pack, runtime.clock()
    dialog = Dialog(pack.agency.default_language, greeted=True)
    incoming = Incoming(Channel.PAGE, "", Kind.TEXT, understood.text)
    result = decide(Scene(dialog, View(0, Channel.PAGE), pack, now), ClientActed(0, incoming, understood))
    best = understood.slug or ""
    return Got(
        outcome=understood.outcome,
        slug=best,
        title=_title(pack, best),
        said=() if isinstance(result, Need) else _said(runtime, pack, result),
        person=isinstance(result, Decision) and result.dialog.handed_over is not None,
        candidates=tuple(_named(pack, one.slug, one.score) for one in understood.candidates),
        why=_why(content, understood),
        engine=understood.engine,
    )


def _said(runtime: Runtime, pack: Pack, decision: Decision) -> tuple[Rendered, ...]:
    limits = runtime.limits[Channel.PAGE]
    case = decision.dialog.handed_over
    facts = {f"episode{number}": 0 for number in range(4)} | ({"case_due": case.due_at} if case else {})
    voice = Voice(pack, decision.dialog.language, runtime.clock(), facts, {})
    return tuple(piece for one in decision.says for piece in render(one, voice, limits))


def _why(content: Content, understood: Understanding) -> Why | None:
    if not isinstance(content.engine, Live) or not understood.text.strip():
        return None
    told: Explanation = explain(understood.text, content.pack, content.engine.matcher)
    if not told.bare:
        return None
    near = tuple(_near(content.pack, one) for one in told.near)
    best = told.scores[0][0]
    return Why(best, _title(content.pack, best), told.words, told.letters, told.meaning, near)


def _near(pack: Pack, one: Near) -> Named:
    return replace(_named(pack, one.slug, one.likeness), text=one.text)


def _named(pack: Pack, slug: str, score: float) -> Named:
    return Named(slug, _title(pack, slug), score, slug in pack.templates)


def _title(pack: Pack, slug: str) -> Localized:
    """Of a template or a service; a general intent has none."""
    item = pack.templates.get(slug) or pack.services.get(slug)
    return item.title if item else {}
