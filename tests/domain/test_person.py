"""A person: called, promised, silent beside, answering, closing; and the marks of the term."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.acts import HandOn, Verb
from bot.domain.case_effects import CloseCase, RecordAct, StartCase, StartTerm, StopTerm, TakeCase
from bot.domain.dialog import OpenCase
from bot.domain.events import StaffActed, StaffPerson, StaffPressed, StaffWrote
from bot.domain.messages import Kind
from nlu.understanding import Outcome
from tests.domain.talk import NIGHT, Talk, understood
from tests.domain.test_form import appeal

MARIA = StaffPerson(1, "Мария", "support-department")
OLEG = StaffPerson(2, "Олег", "front-office")
STRANGER = StaffPerson(None)


def called() -> Talk:
    """A client who asked for a person."""
    return Talk().command("human", "позовите человека")


def taken() -> Talk:
    talk = called()
    return talk.happen(StaffPressed(MARIA, f"k:take:{case(talk).id}"))


def answered() -> Talk:
    return taken().happen(StaffWrote(MARIA, "Здравствуйте, слушаю вас."))


def case(talk: Talk) -> OpenCase:
    return talk.dialog.cases[0]


# --- calling ---------------------------------------------------------------------------------


def test_a_person_is_called_with_a_term_that_is_told() -> None:
    talk = called()
    assert talk.hears("handoff.called")
    assert "до 16:40 сегодня" in talk.text
    assert talk.words("handoff.open_now") in talk.text
    started = talk.done(StartCase)[0]
    assert (started.reason, started.team, started.term.policy) == ("asked", "front-office", "official-request")
    assert started.term.due_at - talk.now == dt.timedelta(hours=2)
    assert talk.now < started.term.warn_at < started.term.due_at < started.term.supervisor_at
    assert case(talk).waiting


def test_staff_see_who_asks_for_what_and_can_act() -> None:
    talk = Talk().ask("agrostartup", "хочу агростартап").command("human")
    assert talk.hears("handoff.called")
    assert "хочу агростартап" in talk.staff_text
    assert "до 16:40 сегодня" in talk.staff_text
    assert [b.action for row in talk.posted[-1].rows for b in row] == [
        f"k:take:{case(talk).id}",
        f"k:done:{case(talk).id}",
    ]


def test_at_night_the_client_is_told_when_the_office_opens() -> None:
    talk = Talk(now=NIGHT).command("human")
    assert "до 11:00 завтра" in talk.text
    assert talk.words("handoff.closed_now") in talk.text


def test_calling_again_joins_the_open_case() -> None:
    talk = called().command("human", "ну где же вы")
    assert talk.hears("handoff.already")
    assert not talk.done(StartCase)
    assert len(talk.dialog.cases) == 1


def test_while_waiting_questions_are_answered_and_seen_by_staff() -> None:
    talk = called().ask("working-hours", "когда вы работаете")
    assert talk.hears("template/working-hours/short")
    assert "когда вы работаете" in talk.staff_text


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.CLARIFY, Outcome.SMALLTALK])
def test_while_waiting_anything_else_is_passed_on(outcome: Outcome) -> None:
    talk = called().say("мне не заплатили", understood("мне не заплатили", outcome, "thanks"))
    assert talk.hears("handoff.already")
    assert "мне не заплатили" in talk.staff_text
    assert not talk.done(StartCase)


def test_the_client_needs_no_person_any_more() -> None:
    talk = called()
    number = case(talk).id
    talk.press("Уже не нужно")
    assert talk.hears("handoff.withdrawn")
    assert talk.last.effects == (StopTerm(number), CloseCase(number, None))
    assert talk.posted
    assert not talk.dialog.cases
    assert talk.press(f"w:{number}").hears("handoff.closed_already")
    assert not talk.last.effects


def test_a_foreign_or_a_requests_case_is_not_withdrawn() -> None:
    talk = appeal("review").press("Отправить")
    for number in (case(talk).id, 999):
        talk.press(f"w:{number}")
        assert talk.hears("handoff.closed_already")
        assert not talk.last.effects
    assert talk.dialog.cases


@pytest.mark.parametrize(
    ("rule", "team", "policy", "reason"),
    [("assistant-broken", "technical", "incident", "broken"), ("press", "front-office", "official-request", "rule")],
)
def test_a_rule_calls_a_person_at_once(rule: str, team: str, policy: str, reason: str) -> None:
    talk = Talk().say("бот сломался", understood("бот сломался", Outcome.UNKNOWN, rules=(rule,)))
    started = talk.done(StartCase)[0]
    assert (started.team, started.term.policy, started.reason) == (team, policy, reason)
    assert talk.hears("handoff.rule")
    assert "бот сломался" in talk.staff_text


def test_a_rule_that_is_no_more_is_passed_over() -> None:
    talk = Talk().say("вопрос", understood("вопрос", Outcome.ANSWER, "contacts", rules=("gone",)))
    assert talk.last.outcome == "answer"


# --- a person leads ------------------------------------------------------------------------


def test_taken_the_client_learns_who_leads() -> None:
    talk = taken()
    assert talk.hears("person.joins", "team/front-office")
    assert "Мария" not in talk.text
    assert talk.done(TakeCase) == [TakeCase(case(talk).id, 1)]
    assert "Мария" in talk.staff_text
    assert talk.dialog.led


def test_taking_is_no_answer_so_the_timer_runs_on() -> None:
    talk = taken()
    assert not talk.done(StopTerm)
    assert case(talk).waiting


def test_while_a_person_leads_the_assistant_is_silent_and_passes_on() -> None:
    talk = taken().ask("agrostartup", "а что про агростартап?")
    assert not talk.heard
    assert "а что про агростартап?" in talk.staff_text
    assert talk.last.outcome == "forwarded"
    assert not talk.done(StartTerm), "the oldest unanswered message keeps the clock"


@pytest.mark.parametrize("kind", ["voice", "photo"])
def test_while_a_person_leads_files_are_told_of(kind: str) -> None:
    talk = taken().act(Kind.OTHER, name=kind, text="вот мой договор")
    assert talk.heard
    assert "вот мой договор" in talk.staff_text


def test_buttons_still_work_while_a_person_leads() -> None:
    assert taken().press("menu:main").hears("menu/main")


def test_the_persons_words_reach_the_client_and_stop_the_term() -> None:
    talk = answered()
    assert talk.hears("person.says_on")
    assert "Здравствуйте, слушаю вас." in talk.text
    assert talk.done(StopTerm) == [StopTerm(case(talk).id)]
    assert (case(talk).waiting, case(talk).answered) == (False, True)


def test_an_answer_without_taking_takes_the_lead_too() -> None:
    talk = called().happen(StaffWrote(MARIA, "Слушаю."))
    assert talk.dialog.led
    assert not talk.ask("agrostartup").heard


def test_the_team_is_told_once_and_it_is_the_cases_own() -> None:
    """Whoever answers, and however often, the client reads the team that his question belongs to, one time."""
    talk = called().happen(StaffWrote(OLEG, "Слушаю."))
    assert talk.hears("person.joins", "team/front-office", "person.says_on")
    for who in (MARIA, OLEG):
        talk.happen(StaffWrote(who, "И ещё."))
        assert [part.key for one in talk.last.says for part in one.parts] == ["person.says_on"]
    asked = talk.happen(StaffWrote(OLEG, "?? Какой район?"))
    assert [part.key for one in asked.last.says for part in one.parts] == ["person.asks_on"]


def test_the_team_is_told_again_once_it_is_another_or_the_assistant_spoke() -> None:
    talk = called().happen(StaffWrote(OLEG, "Слушаю."))
    talk.press("Вернуться к помощнику").happen(StaffWrote(OLEG, "Нашёл."))
    assert talk.hears("person.joins", "team/front-office", "person.says_on")
    number = case(talk).id
    talk.happen(StaffActed(OLEG, HandOn(number, "land-department")))
    assert talk.hears("person.handed", "team/land-department")
    talk.happen(StaffWrote(MARIA, "Здравствуйте."))
    assert [part.key for one in talk.last.says for part in one.parts] == ["person.says_on"]


def test_a_second_answer_stops_nothing_more() -> None:
    assert not answered().happen(StaffWrote(MARIA, "И ещё.")).done(StopTerm)


def test_the_client_writes_again_and_a_next_term_runs() -> None:
    talk = answered().later(minutes=10).say("у меня ещё вопрос")
    started = talk.done(StartTerm)
    assert [one.case for one in started] == [case(talk).id]
    assert case(talk).due_at == started[0].term.due_at
    assert case(talk).waiting
    assert not talk.heard
    assert not talk.say("ау").done(StartTerm)


def test_the_client_goes_back_to_the_assistant() -> None:
    talk = answered().press("Вернуться к помощнику")
    assert talk.hears("handoff.assistant_again")
    assert talk.posted
    assert not talk.dialog.led
    assert talk.dialog.cases
    assert talk.ask("agrostartup").hears("template/agrostartup/short")


def test_a_request_is_answered_by_staff_too() -> None:
    talk = appeal("review").press("Отправить").happen(StaffWrote(OLEG, "Разбираемся."))
    assert talk.hears("person.joins", "person.says_on")
    assert talk.done(StopTerm)


def test_staff_may_write_first() -> None:
    talk = Talk().start().happen(StaffWrote(MARIA, "Ваш вопрос решён."))
    assert "Ваш вопрос решён." in talk.text
    assert not talk.dialog.led
    assert talk.last.effects == (RecordAct(Verb.ANSWER, 1),)


@pytest.mark.parametrize("words", ["**жирно** `код` {number}", "я" * 9000, "<b>&amp;</b>"])
def test_a_persons_words_stay_as_they_are(words: str) -> None:
    talk = taken().happen(StaffWrote(MARIA, words))
    assert words in "".join(one.text for one in talk.heard)


# --- what staff can't do ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (StaffWrote(STRANGER, "привет"), "staff.not_registered"),
        (StaffPressed(STRANGER, "k:take:101"), "staff.not_registered"),
        (StaffWrote(MARIA, ""), "staff.text_only"),
        (StaffPressed(MARIA, "k:take:999"), "staff.case_closed"),
        (StaffPressed(MARIA, "k:done:999"), "staff.case_closed"),
        (StaffPressed(MARIA, "menu:main"), "staff.case_closed"),
        (StaffPressed(MARIA, ""), "staff.case_closed"),
        (StaffPressed(MARIA, "k:done:101"), "staff.answer_first"),
    ],
)
def test_staff_are_told_why_not(event: StaffWrote | StaffPressed, key: str) -> None:
    talk = called()
    before = talk.dialog
    talk.happen(event)
    assert talk.staff_text.startswith(talk.words(key)[:20])
    assert not talk.heard
    assert not talk.last.effects
    assert talk.dialog == before


def test_a_note_for_colleagues_stays_among_them() -> None:
    talk = taken().happen(StaffWrote(MARIA, "// клиент сердится"))
    assert not talk.heard
    assert not talk.posted
    assert case(talk).waiting


def test_a_case_has_one_owner() -> None:
    talk = taken()
    button = f"k:take:{case(talk).id}"
    assert talk.happen(StaffPressed(MARIA, button)).words("staff.yours_already") in talk.staff_text
    assert talk.happen(StaffPressed(OLEG, button)).words("staff.taken_by_other") in talk.staff_text
    assert not talk.last.effects
