"""One text to learn from. Apart from ``examples``, for Rasa's environment has neither packs nor their schema."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A cleaned text and the slug it stands for."""

    text: str
    slug: str
    weight: float = 1.0
    asked: bool = True
    """Somebody may type it; False for a paragraph of an answer, which only tells the words of its topic."""


def merged(examples: Iterable[Example]) -> tuple[Example, ...]:
    """The same lessons in an order of their own; what is told twice is told once with twice the weight.

    Rasa groups examples by intent and drops repeated ones; the in-process engine must learn the same.
    """
    weights: dict[tuple[str, str, bool], float] = defaultdict(float)
    for one in examples:
        weights[one.slug, one.text, one.asked] += one.weight
    return tuple(Example(text, slug, weight, asked) for (slug, text, asked), weight in sorted(weights.items()))
