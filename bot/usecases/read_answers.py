"""The public page of answers: its topics, one of them, or what fits some words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot.domain import public
from bot.domain.public_views import Answer, Answers, Marked, TopicRow
from bot.domain.speech import Ref
from bot.domain.told import told
from bot.domain.wording import Voice, localized, speak
from bot.turn import Runtime
from knowledge_base.schema import Template
from nlu.words import telling

MOST_FOUND = 30
"""Answers shown at once for some words: whoever finds more words his question better."""


def read_answers(runtime: Runtime, language: str, topic: str, search: str) -> Answers:
    """What holds every word of ``search`` in any of its forms, titles first; else the answers of ``topic``."""
    pack, now = runtime.shelf.content.pack, runtime.clock()
    by_topic = public.by_topic(pack, now)
    voice = Voice(pack, language, now, {}, {})
    rows = [TopicRow(key, _said(voice, f"topic_title/{key}"), len(some)) for key, some in by_topic.items()]
    words = telling(search)
    if words:
        found = _holding(words, (one for some in by_topic.values() for one in some))
        return Answers(rows, [_answer(voice, one) for one in found[:MOST_FOUND]], len(found), None)
    chosen = next((row for row in rows if row.key == topic), None)
    of_topic = by_topic.get(topic, ())
    return Answers(rows, [_answer(voice, one) for one in of_topic], len(of_topic), chosen)


def _answer(voice: Voice, one: Template) -> Answer:
    default = voice.pack.agency.default_language
    language = voice.language if voice.language in localized(voice.pack, f"template/{one.slug}/short") else default
    more = _marked(voice, one.slug, "more") if one.more is not None else None
    short = _marked(voice, one.slug, "short")
    return Answer(one.slug, _said(voice, f"template/{one.slug}/title"), short, more, language)


def _marked(voice: Voice, slug: str, part: str) -> Marked:
    spoken = speak(told(voice.pack, f"template/{slug}/{part}", voice.now), voice)
    return Marked(spoken.text, spoken.marks)


def _said(voice: Voice, key: str) -> str:
    return speak(Ref(key), voice).text


def _holding(words: frozenset[str], templates: Iterable[Template]) -> list[Template]:
    found = [(one, _held(tuple(one.title.values()))) for one in templates if words <= _held(_texts(one))]
    return [one for one, _ in sorted(found, key=lambda pair: not words <= pair[1])]


def _texts(one: Template) -> tuple[str, ...]:
    samples = (sample for some in one.samples.values() for sample in some)
    return (*one.title.values(), *one.short.values(), *(one.more or {}).values(), *samples)


@lru_cache(maxsize=10_000)
def _held(texts: tuple[str, ...]) -> frozenset[str]:
    """Kept: looking words up in the dictionary takes a hundred times as long as comparing them."""
    return telling("\n".join(texts))
