"""A person: called, promised, silent beside, answering, closing; and the marks of the term."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.domain.acts import HandOn, Verb
from bot.domain.case_effects import CloseCase, MarkTerm, RecordAct, StartCase, StartTerm, StopTerm, TakeCase
from bot.domain.decision import MoveRequest, OpenEpisode, SetReachable
from bot.domain.dialog import OpenCase
from bot.domain.events import (
    ClientUnreachable,
    HandlingFailed,
    StaffActed,
    StaffPerson,
    StaffPressed,
    StaffWrote,
    TimerFired,
    TimerKind,
)
from bot.domain.messages import Kind
from bot.domain.speech import Place
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


# --- closing -----------------------------------------------------------------------------------


def test_closed_the_client_is_asked_for_a_score() -> None:
    talk = answered()
    number = case(talk).id
    talk.happen(StaffPressed(MARIA, f"k:done:{number}"))
    assert talk.hears("score.ask_case")
    assert talk.done(CloseCase) == [CloseCase(number, 1)]
    assert talk.done(OpenEpisode) == [OpenEpisode("scored", "case", "asked", number)]
    assert not talk.dialog.cases
    assert not talk.dialog.led
    assert talk.press("5").hears("score.thanks")
    assert talk.ask("agrostartup").heard


def test_a_low_score_of_a_case_brings_it_back() -> None:
    talk = answered()
    talk.happen(StaffPressed(MARIA, f"k:done:{case(talk).id}")).press("1").say("не ответили")
    assert [e.reason for e in talk.done(StartCase)] == ["low_score"]


def test_whoever_declined_scores_is_not_asked() -> None:
    talk = answered()
    talk.dialog = replace(talk.dialog, scores_declined=True)
    talk.happen(StaffPressed(MARIA, f"k:done:{case(talk).id}"))
    assert talk.hears("person.leaves")
    assert not talk.done(OpenEpisode)


def test_a_broken_assistant_is_not_scored() -> None:
    talk = Talk().happen(HandlingFailed(1)).happen(StaffWrote(OLEG, "Починили."))
    talk.happen(StaffPressed(OLEG, f"k:done:{case(talk).id}"))
    assert talk.hears("person.leaves")


def test_closed_twice_says_so() -> None:
    talk = answered()
    button = f"k:done:{case(talk).id}"
    talk.happen(StaffPressed(MARIA, button)).happen(StaffPressed(MARIA, button))
    assert talk.words("staff.case_closed") in talk.staff_text
    assert not talk.heard


def test_a_request_moves_when_taken_and_when_closed() -> None:
    talk = appeal("review").press("Отправить")
    number = case(talk).id
    talk.happen(StaffPressed(MARIA, f"k:take:{number}"))
    assert [moved.stage for moved in talk.done(MoveRequest)] == ["assigned", "in-work"]
    assert talk.hears("status.moved")
    assert not talk.dialog.led, "a request is worked on, the conversation goes on"
    talk.happen(StaffWrote(MARIA, "Заплатим в пятницу."))
    talk.happen(StaffPressed(MARIA, f"k:done:{number}"))
    assert talk.done(MoveRequest)[0].stage == "answered"
    assert talk.hears("status.moved", "score.ask_case")
    assert talk.command("my-status").hears("status.finished")


def test_of_two_cases_one_is_closed_and_the_other_stays() -> None:
    talk = appeal("review").press("Отправить").command("human")
    request, asked = talk.dialog.cases
    talk.happen(StaffWrote(MARIA, "Отвечаю на всё сразу."))
    assert {e.case for e in talk.done(StopTerm)} == {request.id, asked.id}
    talk.happen(StaffPressed(MARIA, f"k:done:{asked.id}"))
    assert [c.id for c in talk.dialog.cases] == [request.id]


# --- marks of the term -----------------------------------------------------------------------


def fired(talk: Talk, kind: TimerKind) -> Talk:
    return talk.happen(TimerFired(case(talk).id, kind, case(talk).due_at))


@pytest.mark.parametrize(
    ("kind", "place", "key"),
    [
        (TimerKind.WARN, Place.TOPIC, "staff.term_near"),
        (TimerKind.ALARM, Place.GENERAL, "staff.term_passed"),
        (TimerKind.SUPERVISOR, Place.GENERAL, "staff.supervisor"),
    ],
)
def test_marks_are_told_to_staff_once(kind: TimerKind, place: Place, key: str) -> None:
    talk = fired(called(), kind)
    assert talk.last.effects == (MarkTerm(case(talk).id, kind),)
    assert [post.place for post in talk.last.staff] == [place]
    assert talk.staff_text.startswith(talk.words(key)[:10])
    assert not talk.heard


def test_a_warning_offers_to_take_only_what_nobody_took() -> None:
    assert [b.action for row in fired(called(), TimerKind.WARN).posted[0].rows for b in row] == ["k:take:101"]
    assert not fired(taken(), TimerKind.WARN).posted[0].rows


@pytest.mark.parametrize("kind", list(TimerKind))
def test_a_stale_mark_says_nothing(kind: TimerKind) -> None:
    late = fired(answered(), kind)
    foreign = called().happen(TimerFired(999, kind, case(called()).due_at))
    moved = called()
    moved.happen(TimerFired(case(moved).id, kind, case(moved).due_at + dt.timedelta(minutes=1)))
    for talk in (late, foreign, moved):
        assert talk.last.outcome == "timer.stale"
        assert not talk.posted
        assert not talk.last.effects


# --- blocked and broken ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["blocked", "unreachable"])
def test_whoever_blocks_us_is_told_of_where_a_person_waits(how: str) -> None:
    talk = called()
    blocked = talk.act(Kind.BLOCKED) if how == "blocked" else talk.happen(ClientUnreachable())
    assert blocked.last.effects == (SetReachable(False),)
    assert blocked.words("staff.client_blocked")[:20] in blocked.staff_text
    assert not blocked.heard
    assert not Talk().happen(ClientUnreachable()).posted


def test_our_own_failure_is_admitted_and_the_technical_team_called() -> None:
    talk = Talk().happen(HandlingFailed(5))
    assert talk.hears("error.ours")
    started = talk.done(StartCase)[0]
    assert (started.reason, started.team, started.term.policy) == ("broken", "technical", "incident")


def test_a_failure_while_a_person_is_called_opens_no_second_case() -> None:
    talk = called().happen(HandlingFailed(5))
    assert talk.hears("error.ours")
    assert len(talk.dialog.cases) == 1


def test_a_failure_leaves_the_form_where_it_was() -> None:
    talk = appeal("text").happen(HandlingFailed(5))
    assert talk.dialog.form is not None
    assert talk.dialog.form.step == "text"


# --- many words while waiting, floods ---------------------------------------------------------


def test_words_while_waiting_are_acknowledged_ever_more_shortly() -> None:
    talk = called().say("мне не заплатили")
    assert talk.hears("handoff.already")
    assert "до 16:40 сегодня" in talk.text
    assert talk.later(seconds=20).say("за молоко").text == talk.words("handoff.passed"), "never silence"
    assert not talk.labels
    assert "за молоко" in talk.staff_text


def test_whoever_calls_again_hears_the_term_again_and_his_words_are_passed_on() -> None:
    talk = called().say("мне не заплатили").command("human", "ну где же вы")
    assert talk.hears("handoff.already")
    assert "до 16:40 сегодня" in talk.text
    assert "ну где же вы" in talk.staff_text


def test_a_new_term_is_told_with_the_short_word() -> None:
    talk = called().say("мне не заплатили").happen(StaffWrote(MARIA, "Проверяю.")).press("Вернуться к помощнику")
    talk.later(minutes=30).say("и за ноябрь тоже")
    assert talk.hears("handoff.passed_till")
    assert "до 17:10 сегодня" in talk.text
    assert talk.later(seconds=10).say("и за октябрь").text == talk.words("handoff.passed")


def flooded() -> Talk:
    """A client who writes without a pause while a person leads: twenty messages come through."""
    talk = taken()
    while talk.say("ответьте").last.outcome != "flood":
        pass
    return talk


def test_the_first_message_too_many_is_shown_to_the_person_who_leads() -> None:
    talk = flooded()
    assert talk.hears("error.flood")
    assert talk.staff_text.endswith("Не показано сообщений: 1. Последнее из них: ответьте")


def test_a_flood_is_counted_for_the_person_who_leads() -> None:
    talk = flooded()
    posts = [talk.say(f"ответьте {number}").staff_text for number in range(1, 11)]
    assert posts[:9] == [""] * 9
    assert posts[9].endswith("Не показано сообщений: 10. Последнее из них: ответьте 10")
    assert not talk.heard


@pytest.mark.parametrize("event", ["answer", "mark", "words"])
def test_what_a_flood_kept_back_comes_before_anything_else(event: str) -> None:
    talk = flooded().say("первое").act(Kind.OTHER, name="photo").say("корова отелилась")
    assert not talk.posted
    match event:
        case "answer":
            talk.happen(StaffWrote(MARIA, "Слушаю."))
        case "mark":
            fired(talk, TimerKind.WARN)
        case _:
            talk.later(minutes=1).say("алло")
    assert talk.posted[0].text.endswith("Не показано сообщений: 3. Последнее из них: корова отелилась")
    assert not talk.later(minutes=1).say("ещё").staff_text.count("Не показано")


def test_a_flood_to_the_assistant_is_nobodys_concern() -> None:
    talk = Talk()
    for _ in range(40):
        talk.say("ау")
    assert talk.last.outcome == "flood"
    assert not talk.dialog.held
