"""One text to learn from. Apart from ``examples``, for Rasa's environment has neither packs nor their schema."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A cleaned text and the slug it stands for."""

    text: str
    slug: str
    weight: float = 1.0
    asked: bool = True
    """Somebody may type it; False for a paragraph of an answer, which only tells the words of its topic."""
