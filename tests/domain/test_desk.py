"""What staff do, decided without a database: who may, what the colleagues and the client read, what is kept."""

from __future__ import annotations

import pytest

from bot.domain import request as life
from bot.domain.acts import Act, Answer, Claim, Close, Desk, HandOn, Move, Note, Reopen, Verb
from bot.domain.case import CaseState, state, state_of
from bot.domain.case_effects import HandCase, KeepNote, RecordAct, ReopenCase, StartTerm, StopTerm, TakeCase
from bot.domain.decision import MoveRequest
from bot.domain.dialog import Owes
from bot.domain.events import StaffActed, StaffPerson, StaffPressed, StaffWrote
from bot.domain.staff import Right, Role, may, rights
from tests.domain.talk import Talk, real_pack
from tests.domain.test_form import appeal

OLGA = StaffPerson(1, "Ольга", "front-office")
DENIS = StaffPerson(2, "Денис", "livestock-department")
MARIA = StaffPerson(3, "Мария", "front-office", "moderator")
HEAD = StaffPerson(4, "Анна", "land-department", "supervisor")
STRANGER = StaffPerson(None)
APPEAL = real_pack().services["appeal"]


def called() -> Talk:
    return Talk().command("human", "позовите человека")


def sent() -> Talk:
    return appeal("review").press("Отправить")


def does(talk: Talk, who: StaffPerson, act: Act, desk: Desk = Desk.CONSOLE) -> Talk:
    return talk.happen(StaffActed(who, act, desk))


def case_id(talk: Talk) -> int:
    return talk.dialog.cases[0].id


# --- who may -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "right", "team", "holder", "allowed"),
    [
        (OLGA, Right.READ, "land-department", 9, True),
        (OLGA, Right.ANSWER, "land-department", 9, True),
        (OLGA, Right.LEAD, "front-office", 9, True),
        (OLGA, Right.LEAD, "land-department", None, True),
        (OLGA, Right.LEAD, "land-department", 9, False),
        (OLGA, Right.LEAD, "land-department", 1, True),
        (OLGA, Right.MOVE, "land-department", None, False),
        (OLGA, Right.MOVE, "land-department", 1, True),
        (OLGA, Right.PERSONAL, "land-department", None, False),
        (OLGA, Right.PERSONAL, "front-office", None, True),
        (OLGA, Right.REGISTER, "front-office", None, False),
        (OLGA, Right.AUDIT, "front-office", None, False),
        (MARIA, Right.READ, "front-office", None, True),
        (MARIA, Right.NOTE, "front-office", None, True),
        (MARIA, Right.ANSWER, "front-office", 3, False),
        (MARIA, Right.PERSONAL, "front-office", 3, False),
        (OLGA, Right.EDIT, "", None, False),
        (OLGA, Right.APPROVE, "", None, False),
        (MARIA, Right.EDIT, "", None, True),
        (MARIA, Right.RELEASE, "", None, True),
        (HEAD, Right.APPROVE, "", None, True),
        (HEAD, Right.LEAD, "front-office", 1, True),
        (HEAD, Right.MOVE, "front-office", 1, True),
        (HEAD, Right.REGISTER, "front-office", None, False),
        (STRANGER, Right.READ, "", None, False),
        (StaffPerson(5, "Кто", "front-office", "gone"), Right.READ, "", None, False),
    ],
)
def test_who_may(who: StaffPerson, right: Right, team: str, holder: int | None, allowed: bool) -> None:
    assert may(who, right, team=team, holder=holder) is allowed


def test_an_administrator_may_everything() -> None:
    assert rights(StaffPerson(6, "", "x", Role.ADMINISTRATOR.value), team="y", holder=1) == frozenset(Right)


@pytest.mark.parametrize("act", [Answer("Привет"), Claim(101), Close(101), HandOn(101, "land-department"), Reopen(999)])
def test_a_moderator_changes_nothing(act: Act) -> None:
    talk = does(called(), MARIA, act)
    assert talk.last.outcome in ("staff.forbidden", "staff.case_closed")
    assert talk.last.effects == ()
    assert not talk.heard


@pytest.mark.parametrize("act", [Answer("Привет"), Note("x"), Move(1, "answered")])
def test_a_stranger_changes_nothing(act: Act) -> None:
    talk = does(called(), STRANGER, act)
    assert talk.last.outcome == "staff.not_registered"
    assert talk.last.effects == ()


# --- the same from either desk --------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "key"), [(Answer("Здравствуйте"), "staff.answered_there"), (Note("Проверить"), "staff.noted_there")]
)
def test_words_from_the_console_are_read_in_the_group(act: Act, key: str) -> None:
    assert does(called(), OLGA, act).staff_text.startswith("📝 Ольга" if key == "staff.noted_there" else "Ольга")
    assert does(called(), OLGA, act, Desk.GROUP).staff_text == ""


def test_a_note_is_kept_from_either_desk_and_never_said() -> None:
    for talk in (does(called(), OLGA, Note("Проверить")), called().happen(StaffWrote(OLGA, "// Проверить"))):
        assert talk.done(KeepNote) == [KeepNote(1, "Проверить")]
        assert not talk.heard


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_is_not_said(text: str) -> None:
    assert does(called(), OLGA, Answer(text)).last.outcome == "staff.text_only"
    assert does(called(), OLGA, Note(text)).last.outcome == "staff.text_only"


def test_whose_words_they_are_is_known() -> None:
    talk = does(called(), OLGA, Answer("Здравствуйте"))
    assert [one.by for one in talk.last.says] == [None, 1], "who talks is told by the assistant"


# --- the life of a case ------------------------------------------------------------------


def test_states_of_a_case() -> None:
    talk = called()
    seen = [state_of(talk.dialog.cases[0])]
    for act in (Claim(case_id(talk)), Answer("Какой район?", asks=True), Answer("Нашли сами")):
        does(talk, OLGA, act)
        seen.append(state_of(talk.dialog.cases[0]))
    assert seen == [CaseState.NEW, CaseState.TAKEN, CaseState.ASKED, CaseState.ANSWERED]
    assert state(closed=True, running=True, paused=Owes.CLIENT, taken=True) is CaseState.CLOSED


def test_handed_on_the_term_runs_on() -> None:
    talk = does(called(), OLGA, Claim(101))
    due = talk.dialog.cases[0].due_at
    does(talk, OLGA, HandOn(101, "livestock-department", 2, "Денис"))
    case = talk.dialog.cases[0]
    assert (case.team, case.taken_by, case.due_at) == ("livestock-department", 2, due)
    assert talk.done(HandCase) == [HandCase(101, "livestock-department", 2)]
    assert talk.hears("person.handed")
    assert "Денис" in talk.staff_text


def test_handed_on_within_the_team_the_client_is_not_bothered() -> None:
    talk = does(called(), OLGA, HandOn(101, "front-office", 2, "Денис"))
    assert not talk.heard
    assert talk.done(HandCase)


def test_what_another_department_has_taken_is_its_own() -> None:
    talk = does(called(), OLGA, Claim(101))
    assert does(talk, DENIS, HandOn(101, "livestock-department")).last.outcome == "staff.forbidden"
    assert does(talk, HEAD, HandOn(101, "livestock-department")).last.outcome == "staff.handed_on"


def test_teams_are_offered_in_the_group() -> None:
    talk = called().happen(StaffPressed(OLGA, "k:hand:101"))
    actions = [button.action for one in talk.posted for row in one.rows for button in row]
    assert "k:to:101:land-department" in actions
    assert "k:to:101:front-office" not in actions, "it is there already"
    talk.happen(StaffPressed(OLGA, "k:to:101:land-department"))
    assert talk.done(HandCase) == [HandCase(101, "land-department", None)]
    assert talk.happen(StaffPressed(OLGA, "k:to:101:no-such-team")).last.outcome == "staff.no_team"
    assert talk.happen(StaffPressed(OLGA, "k:hand:999")).last.outcome == "staff.case_closed"


def test_opened_again_a_next_answer_is_owed() -> None:
    talk = does(called(), OLGA, Answer("Готово"))
    does(talk, OLGA, Close(101))
    does(talk.later(days=1), DENIS, Reopen(101))
    (case,) = talk.dialog.cases
    assert (case.taken_by, case.waiting, case.answered, case.first) == (2, True, False, False)
    assert talk.done(ReopenCase) == [ReopenCase(101, 2)]
    assert talk.done(StartTerm)[0].term.due_at == case.due_at
    assert talk.hears("person.reopened")
    assert does(talk, OLGA, Reopen(101)).last.outcome == "staff.open_already"
    assert does(talk, OLGA, Reopen(555)).last.outcome == "staff.case_closed"


def test_without_a_score_the_client_is_told_that_the_matter_is_closed() -> None:
    talk = does(called(), OLGA, Answer("Готово"))
    does(talk, OLGA, Close(101, ask_score=False))
    assert talk.hears("person.leaves")
    assert not talk.hears("score.ask_case")


@pytest.mark.parametrize(
    ("act", "verb"),
    [(Claim(101), Verb.CLAIM), (Answer("а"), Verb.ANSWER), (Answer("а", asks=True), Verb.ASK), (Note("н"), Verb.NOTE)],
)
def test_every_act_is_recorded(act: Act, verb: Verb) -> None:
    (done,) = does(called(), OLGA, act).done(RecordAct)
    assert (done.verb, done.staff) == (verb, 1)


# --- the life of a request ----------------------------------------------------------------


def test_where_a_request_may_go() -> None:
    assert [stage.slug for stage in life.moves(APPEAL, "accepted")] == ["assigned", "in-work", "answered", "refused"]
    assert [stage.slug for stage in life.moves(APPEAL, "in-work")] == ["answered", "refused"]
    assert life.moves(APPEAL, "answered") == ()
    assert life.moves(APPEAL, "refused") == ()
    assert life.before_end(APPEAL).slug == "in-work"
    assert ("appeal", "refused") in life.over(real_pack())


def test_moved_the_client_hears_the_stage() -> None:
    talk = sent()
    request = next(iter(talk.requests))
    does(talk, OLGA, Move(request, "in-work"))
    assert talk.hears("status.moved")
    (moved,) = talk.done(MoveRequest)
    assert (moved.stage, moved.staff) == ("in-work", 1)
    assert moved.due_at is not None
    assert not talk.done(StopTerm), "a stage is no answer"


@pytest.mark.parametrize("stage", ["accepted", "no-such-stage", ""])
def test_not_to_a_stage_that_does_not_follow(stage: str) -> None:
    talk = sent()
    request = next(iter(talk.requests))
    does(talk, OLGA, Move(request, "assigned"))
    assert does(talk, OLGA, Move(request, stage)).last.outcome == "staff.no_stage"
    assert does(talk, OLGA, Move(request + 77, "in-work")).last.outcome == "staff.no_stage"


@pytest.mark.parametrize(("reason", "advice"), [("", "a"), ("a", ""), (" ", "a"), ("a", "\n")])
def test_a_refusal_without_its_words_is_none(reason: str, advice: str) -> None:
    talk = sent()
    does(talk, OLGA, Move(next(iter(talk.requests)), "refused", reason, advice))
    assert talk.last.outcome == "staff.refusal_needs"
    assert talk.last.effects == ()


def test_a_refusal_answers_the_case() -> None:
    talk = sent()
    request = next(iter(talk.requests))
    does(talk, OLGA, Move(request, "refused", "Нет подписи", "Подпишите"))
    assert talk.hears("status.refused")
    assert "Нет подписи" in talk.text
    assert "Подпишите" in talk.text
    assert talk.done(StopTerm)
    does(talk, OLGA, Close(talk.dialog.cases[0].id))
    assert not talk.done(MoveRequest), "a refused request does not end answered"


def test_a_reopened_request_is_in_work_again() -> None:
    talk = sent()
    number = case_id(talk)
    does(does(talk, OLGA, Answer("Готово")), OLGA, Close(number))
    does(talk, OLGA, Reopen(number))
    assert [moved.stage for moved in talk.done(MoveRequest)] == ["in-work"]


def test_a_claim_takes_the_request_in_work() -> None:
    talk = sent()
    does(talk, OLGA, Claim(case_id(talk)))
    assert talk.done(TakeCase)
    assert [moved.stage for moved in talk.done(MoveRequest)] == ["assigned", "in-work"]
