"""Why a message is read as it is: what was seen of it, what weighed, which samples are near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from knowledge_base.schema import Pack, Thresholds
from nlu.classifier import MEANING_WEIGHT, Classifier
from nlu.cleaning import clean
from nlu.entities import series_of
from nlu.examples import prepared
from nlu.features import counted
from nlu.matcher import Matcher
from nlu.numbers import NumberReader
from nlu.phrases import questions
from nlu.understanding import Understanding

SHOWN = 12
NEAR = 5


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a feature of the text adds to the score of the best candidate, against the mean of all classes."""

    feature: str
    """A lemma or two; letters of a word as «…»; or the meaning of the whole sentence."""
    weight: float


@dataclass(frozen=True, slots=True)
class Near:
    """A sample of the pack, as it was learned, and how like the text it is, up to 1."""

    text: str
    slug: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Explanation:
    understood: Understanding
    cleaned: str
    """The text after cleaning."""
    repaired: str
    """"layout" or "translit" when it was Russian in other letters, else ""."""
    bare: str
    """Without greetings and fillers, a word in the place of a request's number: what is classified."""
    pieces: tuple[str, ...]
    scores: tuple[tuple[str, float], ...]
    """Classes by the classifier alone, out of scope among them, best first."""
    weighed: tuple[Weighed, ...]
    """Heaviest first."""
    words: tuple[Weighed, ...]
    """Lemmas alone, heaviest first; ``letters`` and ``meaning``: what all parts of words, and the sentence, add."""
    letters: float
    meaning: float
    near: tuple[Near, ...]
    thresholds: Thresholds


def explain(text: str, pack: Pack, matcher: Matcher) -> Explanation:
    """Everything that tells how ``matcher``, trained on ``pack``, came to its reading of a text."""
    reader = NumberReader(series_of(pack))
    cleaned = clean(text)
    bare = prepared(text, reader, keep_greetings=False)
    classifier = matcher.classifier
    row = classifier.probabilities([bare])[0]
    order = row.argsort()[::-1][:5]
    weights = _weights(bare, classifier, int(order[0]))
    return Explanation(
        understood=matcher.understand(text),
        cleaned=cleaned.text,
        repaired=cleaned.repaired,
        bare=bare,
        pieces=tuple(questions(cleaned.text)),
        scores=tuple((classifier.labels[at], round(float(row[at]), 4)) for at in order),
        weighed=_heaviest(weights.told, SHOWN),
        words=_heaviest(weights.words, SHOWN),
        letters=round(sum(weight for _, weight in weights.characters), 3),
        meaning=round(weights.meaning, 3),
        near=near(matcher, [bare])[0],
        thresholds=pack.agency.thresholds,
    )


@dataclass(frozen=True, slots=True)
class _Weights:
    words: list[tuple[str, float]]
    characters: list[tuple[str, float]]
    meaning: float
    has_meaning: bool

    @property
    def told(self) -> list[tuple[str, float]]:
        whole = sum(weight for _, weight in (*self.words, *self.characters))
        sums = [("(all words and letters)", whole)]
        sums += [("(the meaning of the sentence)", self.meaning)] if self.has_meaning else []
        return [*self.words, *self.characters, *sums]


def _weights(text: str, classifier: Classifier, best: int) -> _Weights:
    """By the slope of the best class's score, against the mean of all: the examples that have the feature too."""
    vocabulary, postings = classifier.vocabulary, classifier.postings
    names = [*vocabulary.words, *(f"«{letters}»" for letters in vocabulary.characters)]
    said = classifier.kernel([text])[0] * classifier.said_for(best)
    said *= classifier.sharpness
    words: list[tuple[str, float]] = []
    characters: list[tuple[str, float]] = []
    for number, value in zip(*vocabulary.vector(counted(text)), strict=True):
        held = slice(postings.starts[number], postings.starts[number + 1])
        weight = float(value * (postings.values[held] @ said[postings.examples[held]]))
        (words if number < len(vocabulary.words) else characters).append((names[number], weight))
    has_meaning = classifier.encoders > 0
    meant = MEANING_WEIGHT * float(said @ (classifier.vectors @ classifier.meanings([text])[0])) if has_meaning else 0.0
    return _Weights(words, characters, meant, has_meaning)


def _heaviest(told: Sequence[tuple[str, float]], most: int) -> tuple[Weighed, ...]:
    heaviest = sorted(told, key=lambda one: -abs(one[1]))[:most]
    return tuple(Weighed(name, round(weight, 3)) for name, weight in heaviest)


def near(matcher: Matcher, texts: Sequence[str]) -> list[tuple[Near, ...]]:
    """Samples that are nearest to each of some prepared texts, as the classifier compares them."""
    likeness = matcher.classifier.likeness(texts)
    asked = np.flatnonzero([one.asked for one in matcher.lessons])
    found = []
    for row in likeness:
        order = asked[row[asked].argsort()[::-1][:NEAR]]
        told = [(matcher.lessons[at], round(float(row[at]), 3)) for at in order]
        found.append(tuple(Near(one.text, one.slug, like) for one, like in told))
    return found


def as_json(told: Explanation) -> dict[str, Any]:
    """The explanation for programs."""
    # The thresholds are a model of the pack, not a dataclass.
    return {**asdict(told), "thresholds": told.thresholds.model_dump()}


def as_text(told: Explanation) -> str:
    """The explanation for a terminal."""
    said = told.understood
    zones = told.thresholds
    lines = [
        f"outcome    {said.outcome.value}" + (f", {said.slug}" if said.slug else ""),
        f"language   {said.language}" + (f", repaired: {told.repaired}" if told.repaired else ""),
        f"cleaned    {told.cleaned!r}",
        f"classified {told.bare!r}",
    ]
    if said.request_number:
        lines.append(f"number     {said.request_number}")
    if len(told.pieces) > 1:
        lines += ["pieces     " + " | ".join(told.pieces)]
    lines += [f"  part     {part.slug} ← {part.text}" for part in said.parts]
    lines += ["", f"candidates (answer from {zones.answer}, ask back from {zones.clarify}, lead of {zones.margin})"]
    lines += [f"  {one.score:.3f}  {one.slug}" for one in said.candidates] or ["  none"]
    lines += ["", "classifier alone", *(f"  {score:.3f}  {slug}" for slug, score in told.scores)]
    lines += ["", f"what weighed for {told.scores[0][0]}", *(f"  {w.weight:+.3f}  {w.feature}" for w in told.weighed)]
    lines += ["", "near samples", *(f"  {one.likeness:.3f}  {one.slug}: {one.text}" for one in told.near)]
    return "\n".join(lines) + "\n"
