"""Frequent questions as their public page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.messages import Mark


@dataclass(frozen=True, slots=True)
class Marked:
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    slug: str
    title: str
    short: Marked
    more: Marked | None
    language: str
    """What it is written in: another than was asked for where the pack has no other."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    key: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Answers:
    topics: Sequence[TopicRow]
    shown: Sequence[Answer]
    """Of the chosen topic, or the first of those that hold the words."""
    total: int
    """How many there are, shown or not."""
    topic: TopicRow | None
