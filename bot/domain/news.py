"""Events that come from delivering, and what deciding on them needs to see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicLost:
    """The conversation's topic in the staff group was deleted."""


@dataclass(frozen=True, slots=True)
class AnswerRefused:
    """A message to the client will never arrive, or nobody can know whether it has."""

    text: str


@dataclass(frozen=True, slots=True)
class SentFrom:
    """Calls that passed a staff member's message on -> tuple[int, ...], in order."""

    source: str


@dataclass(frozen=True, slots=True)
class LastLine:
    """One message of the conversation; ``own``: the client's."""

    own: bool
    text: str


@dataclass(frozen=True, slots=True)
class LastLines:
    """The end of the conversation -> tuple[LastLine, ...], oldest first."""
