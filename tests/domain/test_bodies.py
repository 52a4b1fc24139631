"""Another body is asked: its term, the client's words, the response term by the policy, reminders that grow stale."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.acts import AskBody, BodyAnswered, Claim, Desk, Verb
from bot.domain.case import CaseState, state_of
from bot.domain.case_effects import BodyDone, KeepNote, PauseTerm, RecordAct, ResumeTerm, StartTerm, WaitForBody
from bot.domain.dialog import OpenCase, Owes
from bot.domain.events import BodyNear, StaffActed, StaffPerson, StaffPressed, StaffWrote
from tests.domain.talk import Talk, plain, real_pack
from tests.domain.test_form import appeal

OLGA = StaffPerson(1, "Ольга", "front-office")
MARIA = StaffPerson(3, "Мария", "front-office", "moderator")
FRIDAY = dt.date(2026, 12, 18)
CLOSES = dt.datetime(2026, 12, 18, 13, 45, tzinfo=dt.UTC)
"""The office of the pack, on a Friday."""


def does(talk: Talk, who: StaffPerson, act: AskBody | BodyAnswered | Claim, desk: Desk = Desk.CONSOLE) -> Talk:
    return talk.happen(StaffActed(who, act, desk))


def called() -> Talk:
    return Talk().command("human", "позовите человека")


def case(talk: Talk) -> OpenCase:
    return talk.dialog.cases[0]


def asked(body: str = "land-registry") -> Talk:
    talk = called().later(minutes=30)
    return does(talk, OLGA, AskBody(case(talk).id, body, FRIDAY, "границы участка"))


def policy_that(pauses: bool) -> Talk:
    pack = real_pack()
    policies = {slug: policy.model_copy(update={"pauses_for_bodies": pauses}) for slug, policy in pack.policies.items()}
    return Talk(pack=pack.model_copy(update={"policies": policies})).command("human")


def test_the_client_reads_whom_we_wait_for_and_until_when() -> None:
    talk = asked()
    assert talk.hears("person.waits", "body/land-registry")
    assert "Росреестр" in talk.text
    assert "до 18 декабря" in talk.text
    assert "границы" not in talk.text
    assert "Ольга" in talk.staff_text
    (wait,) = talk.done(WaitForBody)
    assert (wait.body, wait.staff, wait.due_at) == ("land-registry", 1, CLOSES)
    assert talk.now < wait.warn_at < wait.due_at
    assert talk.done(RecordAct) == [RecordAct(Verb.ASK_BODY, 1, case(talk).id, "land-registry")]
    assert talk.done(KeepNote) == [KeepNote(1, "границы участка")]


def test_any_name_can_be_asked() -> None:
    assert "Ждём ответ до 18 декабря" in asked("Архив села Ола").text
    assert "Архив села Ола" in asked("Архив села Ола").text


def test_the_term_stands_still_where_the_policy_says_so() -> None:
    talk = policy_that(pauses=True).later(minutes=30)
    due = case(talk).due_at
    does(talk, OLGA, AskBody(case(talk).id, "bank", FRIDAY))
    assert talk.done(PauseTerm) == [PauseTerm(case(talk).id, Owes.BODY)]
    assert state_of(case(talk)) is CaseState.BODY
    talk.later(days=1)
    does(talk, OLGA, BodyAnswered(case(talk).id, "bank", "Счёт открыт."))
    assert len(talk.done(ResumeTerm)) == 1
    assert case(talk).due_at == due + dt.timedelta(days=1)
    assert state_of(case(talk)) is CaseState.NEW


def test_the_term_runs_on_where_it_does_not() -> None:
    talk = policy_that(pauses=False)
    due = case(talk).due_at
    does(talk, OLGA, AskBody(case(talk).id, "bank", FRIDAY))
    assert not talk.done(PauseTerm)
    does(talk.later(minutes=10), OLGA, BodyAnswered(case(talk).id, "bank", "Счёт открыт."))
    assert (case(talk).due_at, case(talk).waiting) == (due, True)
    assert not talk.done(StartTerm)


def test_its_answer_is_noted_and_ours_is_owed_next() -> None:
    """The client was answered meanwhile: a term for the next answer begins, and he hears until when."""
    talk = asked().happen(StaffWrote(OLGA, "Запросили границы, ждём."))
    assert not case(talk).waiting
    does(talk.later(days=2), OLGA, BodyAnswered(case(talk).id, "land-registry", "Границы уточнены."))
    assert talk.done(BodyDone) == [BodyDone(case(talk).id, "land-registry")]
    assert talk.done(KeepNote) == [KeepNote(1, "Границы уточнены.")]
    assert [one.case for one in talk.done(StartTerm)] == [case(talk).id]
    assert talk.hears("person.body_answered")
    assert "Границы" not in talk.text, "what it wrote is for colleagues"
    assert case(talk).waits == ()


def test_two_bodies_the_first_answer_does_not_end_the_wait() -> None:
    talk = policy_that(pauses=True)
    for body in ("bank", "tax-service"):
        does(talk, OLGA, AskBody(case(talk).id, body, FRIDAY))
    does(talk, OLGA, BodyAnswered(case(talk).id, "bank", "Счёт открыт."))
    assert talk.hears("person.body_answered_too")
    assert state_of(case(talk)) is CaseState.BODY
    does(talk, OLGA, BodyAnswered(case(talk).id, "tax-service", "Долгов нет."))
    assert state_of(case(talk)) is CaseState.NEW


def test_the_client_who_was_asked_last_owes_the_answer() -> None:
    """Asked back while a body is waited for, its answer does not start our clock: the client's does."""
    talk = policy_that(pauses=True)
    does(talk, OLGA, AskBody(case(talk).id, "bank", FRIDAY)).happen(StaffWrote(OLGA, "?? Какой счёт?"))
    assert state_of(case(talk)) is CaseState.ASKED
    does(talk, OLGA, BodyAnswered(case(talk).id, "bank", "Счёт открыт."))
    assert state_of(case(talk)) is CaseState.ASKED
    assert state_of(case(talk.say("второй"))) is CaseState.NEW


@pytest.mark.parametrize(
    ("body", "until", "why"),
    [
        ("  ", FRIDAY, "staff.no_body"),
        ("я" * 101, FRIDAY, "staff.no_body"),
        ("bank", dt.date(2026, 11, 24), "staff.body_date"),
        ("bank", dt.date(2027, 12, 31), "staff.body_date"),
        ("bank", dt.date.max, "staff.body_date"),
        ("bank", dt.date.min, "staff.body_date"),
    ],
)
def test_what_is_refused_changes_nothing(body: str, until: dt.date, why: str) -> None:
    talk = called()
    before = talk.dialog
    does(talk, OLGA, AskBody(case(talk).id, body, until))
    assert (talk.last.outcome, talk.dialog, talk.heard) == (why, before, [])


def test_who_may_not_and_what_nobody_waits_for() -> None:
    talk = called()
    number = case(talk).id
    for who, act, why in (
        (MARIA, AskBody(number, "bank", FRIDAY), "staff.forbidden"),
        (OLGA, AskBody(999, "bank", FRIDAY), "staff.case_closed"),
        (OLGA, BodyAnswered(number, "bank", "Открыт"), "staff.body_not_asked"),
        (OLGA, BodyAnswered(number, "bank", " "), "staff.body_words"),
    ):
        assert does(talk, who, act).last.outcome == why


def test_whoever_asked_is_reminded_before_and_at_the_term() -> None:
    talk = asked()
    (wait,) = case(talk).waits
    near = talk.happen(BodyNear(case(talk).id, wait.body, wait.due_at, late=False))
    assert near.staff_text.startswith("⏳ Ольга")
    late = talk.happen(BodyNear(case(talk).id, wait.body, wait.due_at, late=True))
    assert "ответа нет: Росреестр" in late.staff_text
    does(talk, OLGA, AskBody(case(talk).id, wait.body, dt.date(2026, 12, 25)))
    assert talk.happen(BodyNear(case(talk).id, wait.body, wait.due_at, late=True)).last.outcome == "timer.stale"
    assert len(case(talk).waits) == 1, "asked once more, the term is the new one"


def test_the_timeline_of_a_request_names_the_body() -> None:
    talk = appeal("review").press("Отправить")
    does(talk, OLGA, AskBody(case(talk).id, "municipality", FRIDAY))
    talk.command("my-status", "где моё обращение")
    assert talk.hears("status.body", "status.waits", "body/municipality")
    assert "администрация района, до 18 декабря" in talk.text
    talk.later(days=30).command("my-status", "где моё обращение")
    assert talk.hears("status.waits_late")


# --- in the group ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "body", "until", "question"),
    [
        (">> Росреестр 18.12 границы участка", "land-registry", FRIDAY, "границы участка"),
        (">>росреестр, до 18.12.2026: границы", "land-registry", FRIDAY, "границы"),
        (">> Архив села Ола 1.2.", "Архив села Ола", dt.date(2027, 2, 1), ""),
        (">> налоговая служба до 01.12", "tax-service", dt.date(2026, 12, 1), ""),
    ],
)
def test_typed_in_the_group(words: str, body: str, until: dt.date, question: str) -> None:
    talk = called().happen(StaffWrote(OLGA, words))
    (wait,) = talk.done(WaitForBody)
    assert wait.body == body
    assert wait.due_at.date() == until
    assert [note.text for note in talk.done(KeepNote)] == ([question] if question else [])


@pytest.mark.parametrize("words", [">>", ">> Росреестр", ">> Росреестр 32.13", ">> 18.12", ">> Росреестр завтра"])
def test_typed_wrong_says_how(words: str) -> None:
    talk = called().happen(StaffWrote(OLGA, words))
    assert not talk.done(WaitForBody)
    assert ">>" in talk.staff_text
    assert not talk.heard


def test_by_buttons_in_the_group_with_the_usual_term() -> None:
    talk = called()
    talk.happen(StaffPressed(OLGA, f"k:ask:{case(talk).id}"))
    labels = {button.label: button.action for one in talk.posted for row in one.rows for button in row}
    talk.happen(StaffPressed(OLGA, labels["Росреестр"]))
    (wait,) = talk.done(WaitForBody)
    assert wait.due_at.date() == dt.date(2026, 12, 2)


def test_its_answer_typed_in_the_group() -> None:
    talk = asked().happen(StaffWrote(OLGA, "<< границы уточнены"))
    assert talk.done(KeepNote) == [KeepNote(1, "границы уточнены")]
    for body in ("bank", "tax-service"):
        does(talk, OLGA, AskBody(case(talk).id, body, FRIDAY))
    assert talk.happen(StaffWrote(OLGA, "<< всё в порядке")).last.outcome == "staff.body_which"
    talk.happen(StaffWrote(OLGA, "<< Налоговая служба: долгов нет"))
    assert talk.done(BodyDone) == [BodyDone(case(talk).id, "tax-service")]
    assert talk.done(KeepNote) == [KeepNote(1, "долгов нет")]


def test_asking_speaks_english_to_an_english_client() -> None:
    talk = called().press("l:en")
    does(talk, OLGA, AskBody(case(talk).id, "bank", FRIDAY))
    assert "the authorised bank" in plain(talk.text)
