"""One text as it is read, and the several questions of a message told apart by how they are read."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.phrases import is_question
from nlu.understanding import Candidate, Outcome

MAX_PARTS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, or a piece of one, as it is read."""

    outcome: Outcome
    slug: str | None
    candidates: tuple[Candidate, ...]
    vague: bool = False
    """Asked back because the words themselves fit several topics."""

    @property
    def sure(self) -> bool:
        return self.outcome not in (Outcome.UNKNOWN, Outcome.CLARIFY)

    @property
    def score(self) -> float:
        """Score of what was understood; 0 for what is unknown."""
        return self.candidates[0].score if self.slug is not None else 0.0


Pieces = list[tuple[str, Reading]]


def several(pieces: Pieces) -> tuple[Pieces, tuple[str, ...]]:
    """At most three questions with an answer of its own each, and the words of the others; nothing for less than two.

    Where some pieces have no answer, those that ask count alone: the others tell what is asked about.
    """
    if not _all_answers([reading for _, reading in pieces]):
        pieces = [(piece, reading) for piece, reading in pieces if is_question(piece)]
        if any(reading.outcome in (Outcome.COMMAND, Outcome.SERVICE) for _, reading in pieces):
            return [], ()
    answered = {reading.slug: piece for piece, reading in reversed(pieces) if reading.outcome is Outcome.ANSWER}
    if len(answered) < 2:
        return [], ()
    first = [(piece, reading) for piece, reading in pieces if answered.get(reading.slug) == piece][:MAX_PARTS]
    told = {reading.slug for _, reading in first}
    return first, tuple(piece for piece, reading in pieces if reading.slug is None or reading.slug not in told)


def _all_answers(readings: list[Reading]) -> bool:
    """Whether every piece is a question of its own with an answer of its own."""
    slugs = {reading.slug for reading in readings if reading.outcome is Outcome.ANSWER}
    return len(slugs) == len(readings)
