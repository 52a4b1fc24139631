"""What an engine understood of one message. Pure: it knows no dialog and no database.

It returns every reading of a message (intent, request numbers, language);
``bot.domain.decide`` chooses among them by what the dialog expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from nlu.entity import Entity as Entity


class Outcome(StrEnum):
    """What the best candidate calls for, by kind of its slug and zone of its score."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"
    SERVICE = "service"
    COMMAND = "command"
    SMALLTALK = "smalltalk"


@dataclass(frozen=True, slots=True)
class Candidate:
    slug: str
    score: float
    """Calibrated probability, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message as one engine reads it.

    ``candidates`` are best first, at most five, out-of-scope left out.
    ``slug`` is the best one for every outcome but ``unknown``, where it is None.
    ``parts`` holds the questions of a message with several (at most three), each with an answer of its own.
    ``request_number`` is the public number found in the text, upper case («ОТ-2026-000123»), or None.
    """

    text: str
    outcome: Outcome
    slug: str | None
    candidates: tuple[Candidate, ...]
    engine: str
    language: str
    ms: float
    request_number: str | None = None
    rules: tuple[str, ...] = ()
    """Slugs of the pack's staff rules whose words the text holds."""
    parts: tuple[Understanding, ...] = ()
    unanswered: tuple[str, ...] = ()
    """Questions of the same message, beside ``parts``: a fourth one, and those without an answer."""
    entities: tuple[Entity, ...] = ()
    """Numbers, dates, places and amounts of the whole message; their places are those of its cleaned text."""


class Engine(Protocol):
    """What understands in this process, at once."""

    @property
    def name(self) -> str: ...

    def understand(self, text: str) -> Understanding:
        """Read one message of any length and content. Never raises."""
        ...

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        """Read several messages at once, each for itself: cheaper than one after the other."""
        ...


class LiveEngine(Engine, Protocol):
    """What understands clients: it may ask elsewhere, within a time."""

    async def hear(self, texts: Sequence[str], until: float) -> list[Understanding]:
        """The same as ``understand_all``; done soon after ``until`` (the loop's time). Never raises."""
        ...
