"""The way of a draft: who may take which step, and when."""

from __future__ import annotations

import pytest

from bot.domain.drafts import AFTER, BEFORE, OPEN, Draft, OwnDraft, State, Verb, WrongState, check_step
from tests.domain.talk import WEDNESDAY

ANNA, BORIS = 1, 2


def draft(state: State) -> Draft:
    return Draft(1, "templates", "working-hours", "{}", None, state, 1, WEDNESDAY)


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("state", State)
def test_a_step_is_taken_from_its_states_alone(verb: Verb, state: State) -> None:
    if state in BEFORE[verb]:
        check_step(draft(state), verb, BORIS, frozenset({ANNA}))
    else:
        with pytest.raises(WrongState):
            check_step(draft(state), verb, BORIS, frozenset({ANNA}))


def test_only_an_approval_needs_a_second_person() -> None:
    for verb in Verb:
        state = BEFORE[verb][-1]
        if verb is Verb.APPROVED:
            with pytest.raises(OwnDraft):
                check_step(draft(state), verb, ANNA, frozenset({ANNA, BORIS}))
        else:
            check_step(draft(state), verb, ANNA, frozenset({ANNA}))


def test_nothing_comes_after_the_end_and_only_an_approved_draft_is_released() -> None:
    ends = {state for state in State if state not in OPEN}
    assert ends == {State.RELEASED, State.DROPPED}
    assert not any(end in BEFORE[verb] for verb in Verb for end in ends)
    assert BEFORE[Verb.RELEASED] == (State.APPROVED,)
    assert AFTER[Verb.SAVED] is State.DRAFT
