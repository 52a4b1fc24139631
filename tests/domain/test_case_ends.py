"""How a case ends, what its term says meanwhile, and what is told when somebody blocks us or we fail."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.domain.case_effects import CloseCase, MarkTerm, StartCase, StopTerm
from bot.domain.decision import MoveRequest, OpenEpisode, SetReachable
from bot.domain.events import ClientUnreachable, HandlingFailed, StaffPressed, StaffWrote, TimerFired, TimerKind
from bot.domain.messages import Kind
from bot.domain.speech import Place
from tests.domain.talk import Talk
from tests.domain.test_form import appeal
from tests.domain.test_person import MARIA, OLEG, answered, called, case, taken

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
