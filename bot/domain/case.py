"""The life of a case: somebody owes an answer, until it is closed."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.dialog import OpenCase


class CaseState(StrEnum):
    NEW = "new"
    """A person owes an answer, and nobody has taken it."""
    TAKEN = "taken"
    """A person owes an answer, and somebody has it."""
    ASKED = "asked"
    """The client was asked back: the term is paused."""
    ANSWERED = "answered"
    """Nobody owes anything; the case waits to be closed."""
    CLOSED = "closed"


def state(*, closed: bool, running: bool, paused: bool, taken: bool) -> CaseState:
    """Where a case stands. ``running``: a response term has begun and was not stopped."""
    if closed:
        return CaseState.CLOSED
    if running and paused:
        return CaseState.ASKED
    if not running:
        return CaseState.ANSWERED
    return CaseState.TAKEN if taken else CaseState.NEW


def state_of(case: OpenCase) -> CaseState:
    """Where an open case of a dialog stands."""
    return state(closed=False, running=case.waiting, paused=case.paused, taken=case.taken_by is not None)
