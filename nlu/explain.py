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
from nlu.examples import examples, prepared
from nlu.features import counted
from nlu.matcher import Matcher
from nlu.numbers import NumberReader
from nlu.phrases import questions
from nlu.training_example import Example
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
    """A sample of the pack and how like the text it is, 0 to 1."""

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
    samples = [one for one in examples(pack) if one.asked]
    return Explanation(
        understood=matcher.understand(text),
        cleaned=cleaned.text,
        repaired=cleaned.repaired,
        bare=bare,
        pieces=tuple(questions(cleaned.text)),
        scores=tuple((classifier.labels[at], round(float(row[at]), 4)) for at in order),
        weighed=_weighed(bare, classifier, int(order[0])),
        near=_near(bare, classifier, samples),
        thresholds=pack.agency.thresholds,
    )


def _weighed(text: str, classifier: Classifier, best: int) -> tuple[Weighed, ...]:
    """By the slope of the best class's score, against the mean of all: the examples that have the feature too."""
    vocabulary, postings = classifier.vocabulary, classifier.postings
    names = [*vocabulary.words, *(f"«{letters}»" for letters in vocabulary.characters)]
    said = classifier.kernel([text])[0] * (classifier.share[:, best] - classifier.share.mean(axis=1))
    said *= classifier.sharpness
    told = []
    for number, value in zip(*vocabulary.vector(counted(text)), strict=True):
        held = slice(postings.starts[number], postings.starts[number + 1])
        told.append((names[number], float(value * (postings.values[held] @ said[postings.examples[held]]))))
    whole = sum(weight for _, weight in told)
    told.append(("(all words and letters)", whole))
    if classifier.encoder is not None and len(classifier.centre):
        meant = classifier.meanings([text])[0]
        told.append(("(the meaning of the sentence)", MEANING_WEIGHT * float(said @ (classifier.vectors @ meant))))
    heaviest = sorted(told, key=lambda one: -abs(one[1]))[:SHOWN]
    return tuple(Weighed(name, round(weight, 3)) for name, weight in heaviest)


def _near(text: str, classifier: Classifier, samples: Sequence[Example]) -> tuple[Near, ...]:
    """By the cosine of words and letters, and of meaning where there is an encoder: half and half."""
    size = len(classifier.vocabulary.rarity)

    def dense(one: str) -> Any:
        ids, values = classifier.vocabulary.vector(counted(one))
        row = np.zeros(size, np.float32)
        row[ids] = values
        return row / max(float(np.linalg.norm(row)), 1e-6)

    own = dense(text)
    likeness = np.array([float(own @ dense(one.text)) for one in samples])
    if classifier.encoder is not None and len(classifier.centre):
        rows = classifier.meanings([text, *(one.text for one in samples)])
        rows /= np.sqrt(len(classifier.encoder.sizes))
        likeness = (likeness + np.einsum("nd,d->n", rows[1:], rows[0])) / 2
    order = likeness.argsort()[::-1][:NEAR]
    return tuple(Near(samples[at].text, samples[at].slug, round(float(likeness[at]), 3)) for at in order)


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
