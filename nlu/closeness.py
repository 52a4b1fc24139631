"""Sample questions that read as another topic: they teach confusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_base.schema import IntentKind, Pack
from nlu.entities import series_of
from nlu.examples import prepared
from nlu.matcher import Matcher
from nlu.numbers import NumberReader
from nlu.words import tokens

MOST = 300
"""Samples that are looked at: each that is new has to be read."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A sample that is nearer to another topic than to the rest of its own."""

    sample: str
    slug: str
    """Of the other topic: a template, a service or a general intent."""
    text: str
    """The question or title there that is most like it, as it was learned."""
    score: float
    """Probability of the other topic for whoever does not know this sample."""
    own: float
    """That of its own."""


def strays(slug: str, samples: Sequence[str], pack: Pack, matcher: Matcher) -> list[Stray]:
    """Those of a topic's ``samples`` that would be answered with another topic were they not taught, the surest first.

    By the engine as it is: a sample that it has learned is judged as if it had been left out (``Classifier.left_out``),
    a new one as a client's question. Nothing is fitted. At most the first MOST are looked at.
    """
    reader = NumberReader(series_of(pack))
    plain = {one: prepared(one, reader, keep_greetings=False) for one in samples[:MOST]}
    plain = {one: text for one, text in plain.items() if tokens(text)}
    if not plain:
        return []
    classifier, lessons = matcher.classifier, matcher.lessons
    # That nobody answered such a question before is no confusion.
    outside = [name for name, one in pack.intents.items() if one.kind is IntentKind.OUT_OF_SCOPE]
    places = {one.text: place for place, one in enumerate(lessons) if one.asked and one.slug == slug}
    rows = _judged([*plain.values()], slug, places, matcher)
    found = []
    for (sample, text), row in zip(plain.items(), rows, strict=True):
        best = int(row.argmax())
        other, score = classifier.labels[best], float(row[best])
        if other in (slug, *outside) or score < pack.agency.thresholds.answer:
            continue
        there = [place for place, one in enumerate(lessons) if one.asked and one.slug == other]
        nearest = there[int(classifier.likeness([text])[0][there].argmax())]
        own = float(row[classifier.labels.index(slug)]) if slug in classifier.labels else 0.0
        found.append(Stray(sample, other, lessons[nearest].text, round(score, 3), round(own, 3)))
    return sorted(found, key=lambda one: -one.score)


def _judged(texts: Sequence[str], slug: str, places: dict[str, int], matcher: Matcher) -> np.ndarray:
    """Probabilities of all classes, shape (texts, C), each text being a stranger."""
    classifier = matcher.classifier
    rows = np.zeros((len(texts), len(classifier.labels)), np.float32)
    known = [at for at, text in enumerate(texts) if text in places and len(classifier.doubt)]
    new = [at for at in range(len(texts)) if at not in set(known)]
    if known:
        rows[known] = classifier.left_out([places[texts[at]] for at in known], slug)
    if new:
        rows[new] = classifier.probabilities([texts[at] for at in new])
    return rows
