"""Rasa against the bot's own engine, on the pack's test questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.schema import Pack
from nlu.classifier import Classifier
from nlu.matcher import Matcher
from nlu.training import asked_questions
from scripts.rasa_tools.server import RasaServer

NEAR = 1e-3
"""How far probabilities of the two homes may lie apart."""
WITHIN = 0.01
"""How far their accuracies may lie apart."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The classifier in its two homes, on the same cleaned questions; shares are of all questions."""

    questions: int
    rasa_right: float
    matcher_right: float
    same: float
    """Share of questions with the same best intent."""
    apart: float
    """The largest difference of a probability."""

    @property
    def well(self) -> bool:
        return self.apart <= NEAR and abs(self.rasa_right - self.matcher_right) <= WITHIN


def classifier_of(pack: Pack, folder: Path) -> Classifier:
    """The classifier of the bot's own engine, from ``folder`` or fitted into it."""
    return Matcher.fit(pack, folder).classifier


def compare(pack: Pack, server: RasaServer, classifier: Classifier) -> Comparison:
    """Ask both every test question. Raises RasaFailed."""
    asked = asked_questions(pack)
    rows = classifier.probabilities([text for text, _ in asked])
    own = [dict(zip(classifier.labels, map(float, row), strict=True)) for row in rows]
    told = [{one["name"]: one["confidence"] for one in server.parse(text)["intent_ranking"]} for text, _ in asked]
    return Comparison(
        questions=len(asked),
        rasa_right=_share(_best(one) == slug for one, (_, slug) in zip(told, asked, strict=True)),
        matcher_right=_share(_best(one) == slug for one, (_, slug) in zip(own, asked, strict=True)),
        same=_share(_best(one) == _best(other) for one, other in zip(told, own, strict=True)),
        apart=max(
            (abs(score - other[name]) for one, other in zip(told, own, strict=True) for name, score in one.items()),
            default=0.0,
        ),
    )


def _best(ranked: dict[str, float]) -> str:
    return max(ranked, key=lambda name: ranked[name], default="")


def _share(holds: Iterable[bool]) -> float:
    found = list(holds)
    return sum(found) / len(found) if found else 0.0
