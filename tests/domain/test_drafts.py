"""The way of a draft: who may take which step, and when."""

from __future__ import annotations

import pytest

from bot.domain.drafts import AFTER, BEFORE, OPEN, Draft, OwnDraft, State, Verb, WrongState, check_step, leads_to
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


def test_what_a_draft_leads_to_is_found_in_whatever_was_typed() -> None:
    own = {"text": {"ru": "Туда"}, "template": "contacts"}
    varied = {"variants": [{"buttons": [{"template": "leadership"}, own]}, 5]}
    assert leads_to({"buttons": [own, own, {"service": "appeal"}, "?"], **varied}) == ("contacts", "leadership")
    for broken in ({}, {"buttons": 5}, {"buttons": None, "variants": "?"}, {"buttons": [{"template": 7}]}):
        assert leads_to(broken) == ()
