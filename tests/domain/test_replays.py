"""What drafts change for a question, and who may sign it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.domain.replays import (
    Change,
    Past,
    Played,
    Reading,
    Replay,
    ReplayOutdated,
    ReplayState,
    Verdict,
    change,
    check_seen,
    compare,
    figures,
    seal,
    verdict,
)

ANSWER = Reading("answer", ("grant",), 0.9)
OTHER = Reading("answer", ("loan",), 0.9)
ASKED = Reading("clarify", ("grant", "loan"), 0.4)
UNKNOWN = Reading("unknown", (), 0.1)
PERSON = Reading("command", ("human",), 0.9)
PAST = Past(1, "про грант", "grant", b"a", None, None)
NOON = dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (UNKNOWN, ANSWER, Change.ANSWERED),
        (ASKED, ANSWER, Change.ANSWERED),
        (UNKNOWN, ASKED, Change.ASKED_BACK),
        (ANSWER, ASKED, Change.ASKED_BACK),
        (ANSWER, UNKNOWN, Change.LOST),
        (ASKED, UNKNOWN, Change.LOST),
        (ANSWER, OTHER, Change.OTHER),
        (PERSON, ANSWER, Change.OTHER),
        (ANSWER, replace(ANSWER, score=0.6), Change.SAME),
        (OTHER, OTHER, Change.REWORDED),
        (ASKED, replace(ASKED, slugs=("loan",)), Change.SAME),
        (UNKNOWN, UNKNOWN, Change.SAME),
    ],
)
def test_what_becomes_of_a_question(before: Reading, after: Reading, found: Change) -> None:
    assert change(before, after, {"loan"}) is found


@pytest.mark.parametrize(
    ("past", "after", "found"),
    [
        (PAST, ASKED, Verdict.WORSE),
        (PAST, OTHER, Verdict.OPEN),
        (replace(PAST, helped=False), OTHER, Verdict.BETTER),
        (replace(PAST, score=1), OTHER, Verdict.BETTER),
        (replace(PAST, helped=True), OTHER, Verdict.WORSE),
        (replace(PAST, score=5), OTHER, Verdict.WORSE),
        (replace(PAST, helped=False, slug="else"), OTHER, Verdict.OPEN),
    ],
)
def test_better_or_worse(past: Past, after: Reading, found: Verdict) -> None:
    """By how much is understood, or by what clients said of the answer that they got then."""
    assert verdict(past, ANSWER, after) is found


def test_figures_count_questions_and_clients() -> None:
    past = [PAST, replace(PAST, id=2), replace(PAST, id=3, asker=b"b"), replace(PAST, id=4, asker=None)]
    readings = [(ANSWER, UNKNOWN), (ANSWER, OTHER), (ANSWER, ANSWER), (UNKNOWN, ANSWER)]
    changed = compare(past, readings, ())
    assert [one.question for one in changed] == [1, 2, 4]  # worst first
    found = figures(past, changed)
    assert (found.questions, found.clients) == (4, 2)
    assert found.changes == {"lost": 1, "other": 1, "answered": 1}
    assert found.verdicts == {"worse": 1, "open": 1, "better": 1}
    sealed = seal(1, [(1, 10)], found, changed)
    assert sealed == seal(1, [(1, 10)], found, changed)
    assert sealed not in (seal(2, [(1, 10)], found, changed), seal(1, [(1, 10)], found, changed[1:]))


def test_only_what_is_still_true_can_be_signed() -> None:
    played = (Played(1, 10, "grant"), Played(2, 20, "loan"))
    made = Replay(1, 1, NOON, 4, played, 0, ReplayState.DONE, 5, 5, None, "seal", "")
    now = {1: 10, 2: 20, 3: 30}
    check_seen(made, 1, now, 4)
    for seen, draft, steps, release in (
        (None, 1, now, 4),
        (made, 3, now, 4),
        (made, 1, now, 5),
        (made, 1, {**now, 1: 11}, 4),
        (made, 1, {1: 10}, 4),
        (replace(made, state=ReplayState.RUNNING), 1, now, 4),
    ):
        with pytest.raises(ReplayOutdated):
            check_seen(seen, draft, steps, release)
