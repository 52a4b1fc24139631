"""The life of a case: somebody owes an answer, until it is closed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.dialog import OpenCase, Owes


class CaseState(StrEnum):
    NEW = "new"
    """A person owes an answer, and nobody has taken it."""
    TAKEN = "taken"
    """A person owes an answer, and somebody has it."""
    ASKED = "asked"
    """The client was asked back: the term is paused."""
    BODY = "body"
    """Another body was asked: the term is paused."""
    ANSWERED = "answered"
    """Nobody owes anything; the case waits to be closed."""
    CLOSED = "closed"


def state(*, closed: bool, running: bool, paused: Owes | None, taken: bool) -> CaseState:
    """Where a case stands. ``running``: a response term has begun and was not stopped; ``paused``: for whom."""
    if closed:
        return CaseState.CLOSED
    if running and paused is not None:
        return CaseState.ASKED if paused is Owes.CLIENT else CaseState.BODY
    if not running:
        return CaseState.ANSWERED
    return CaseState.TAKEN if taken else CaseState.NEW


def state_of(case: OpenCase) -> CaseState:
    """Where an open case of a dialog stands."""
    return state(closed=False, running=case.waiting, paused=case.owed_by, taken=case.taken_by is not None)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """Another body that was asked and has not answered."""

    body: str
    """Slug of the pack, or a name."""
    due_at: dt.datetime
    name: str
    """Of whoever asked."""
    late: bool
