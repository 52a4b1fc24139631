"""A term that stands still while the client owes an answer: the time he takes never counts, nor any other."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import terms
from bot.domain.case import CaseState, state_of
from bot.domain.case_effects import PauseTerm, ResumeTerm, StartTerm, StopTerm
from bot.domain.dialog import Pause
from bot.domain.events import StaffPerson, StaffWrote, TimerFired, TimerKind
from knowledge_base.schema import Calendar, Pack, Policy
from tests.domain.talk import WEDNESDAY, Talk, real_pack

MARIA = StaffPerson(1, "Мария", "front-office")
OFFICE = real_pack().calendars[real_pack().agency.office]
spans = st.integers(1, 3000).map(lambda minutes: dt.timedelta(minutes=minutes))
moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: WEDNESDAY + dt.timedelta(minutes=minutes))


@st.composite
def pauses(draw: st.DrawFn, start: dt.datetime) -> tuple[Pause, ...]:
    """Pauses in order, one after another, some touching."""
    found, at = [], start
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 4000)), max_size=4)):
        begun = at + dt.timedelta(minutes=gap)
        at = begun + dt.timedelta(minutes=length)
        found.append(Pause(begun, at))
    return tuple(found)


def overlap(calendar: Calendar | None, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    if end <= start:
        return dt.timedelta()
    return terms.working_time(calendar, start, end) if calendar else end - start


@given(st.data(), moments, st.integers(1, 3000), st.booleans())
def test_exactly_the_time_outside_pauses_counts(
    data: st.DataObject, start: dt.datetime, span: int, office: bool
) -> None:
    taken = data.draw(pauses(start))
    calendar = OFFICE if office else None
    policy = Policy(
        slug="p",
        title={"ru": "п"},
        calendar=OFFICE.slug if office else None,
        first_answer_minutes=1,
        next_answer_minutes=1,
    )
    due = terms.deadline(policy, {OFFICE.slug: OFFICE}, start, span, taken)
    owed = sum((overlap(calendar, max(p.start, start), min(p.end or due, due)) for p in taken), dt.timedelta())
    assert overlap(calendar, start, due) - owed == dt.timedelta(minutes=span)
    assert due >= terms.deadline(policy, {OFFICE.slug: OFFICE}, start, span)
    assert not any(p.start < due <= (p.end or due) for p in taken if p.end != p.start), "no term ends in a pause"


@given(st.lists(st.tuples(st.integers(1, 39), st.integers(1, 5000)), max_size=3))
def test_asked_back_again_and_again_the_same_time_is_left(turns: list[tuple[int, int]]) -> None:
    """Round the clock, to be told in minutes: two hours are two hours, however often he is asked before they end."""
    talk = Talk(pack=round_the_clock()).command("human")
    begun, waited = talk.now, dt.timedelta()
    for worked, silent in turns:
        talk.later(minutes=worked).happen(StaffWrote(MARIA, "?? А район какой?"))
        assert state_of(talk.dialog.cases[0]) is CaseState.ASKED
        talk.later(minutes=silent).say("Озёрский")
        waited += dt.timedelta(minutes=silent)
        assert state_of(talk.dialog.cases[0]) is CaseState.NEW
    assert talk.dialog.cases[0].due_at == begun + dt.timedelta(hours=2) + waited


def round_the_clock() -> Pack:
    pack = real_pack()
    policies = {slug: policy.model_copy(update={"calendar": None}) for slug, policy in pack.policies.items()}
    return pack.model_copy(update={"policies": policies})


def asked() -> Talk:
    return Talk().command("human").later(minutes=30).happen(StaffWrote(MARIA, "?? Какой у вас район?"))


def test_asking_back_pauses_and_the_client_is_told_that_it_is_his_turn() -> None:
    talk = asked()
    assert talk.hears("person.asks_on")
    assert talk.done(PauseTerm) == [PauseTerm(talk.dialog.cases[0].id)]
    assert not talk.done(StopTerm)


def test_a_mark_that_fires_in_the_same_moment_is_stale() -> None:
    talk = asked()
    case = talk.dialog.cases[0]
    talk.happen(TimerFired(case.id, TimerKind.WARN, case.due_at))
    assert talk.last.outcome == "timer.stale"


def test_asked_twice_is_one_pause() -> None:
    talk = asked().later(minutes=5).happen(StaffWrote(MARIA, "?? И улица?"))
    assert not talk.done(PauseTerm)
    assert len(talk.dialog.cases[0].pauses) == 1


def test_an_answer_ends_the_term_though_the_client_has_not_answered() -> None:
    talk = asked().later(minutes=5).happen(StaffWrote(MARIA, "Уже нашли сами."))
    case = talk.dialog.cases[0]
    assert talk.done(StopTerm) == [StopTerm(case.id)]
    assert state_of(case) is CaseState.ANSWERED
    talk.say("спасибо, жду")
    assert talk.done(StartTerm)
    assert not talk.done(ResumeTerm)
    assert talk.dialog.cases[0].pauses == ()


@pytest.mark.parametrize("kind", list(TimerKind))
def test_resumed_marks_keep_their_order(kind: TimerKind) -> None:
    talk = asked().later(hours=3).say("Озёрский")
    (resumed,) = talk.done(ResumeTerm)
    marks = (resumed.term.warn_at, resumed.term.due_at, resumed.term.supervisor_at)
    assert talk.now < marks[0] < marks[1] < marks[2]
    case = talk.dialog.cases[0]
    assert case.due_at == resumed.term.due_at
    talk.happen(TimerFired(case.id, kind, case.due_at))
    assert talk.last.outcome == "timer"
