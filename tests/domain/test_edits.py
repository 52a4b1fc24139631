"""What a client does besides writing and pressing: edits, places, numbers, reactions."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.case_effects import StartTerm
from bot.domain.decision import KeepPersonal, RecordHelped
from bot.domain.dialog import FormMode
from bot.domain.messages import Kind
from bot.domain.reactions import RecordReaction
from nlu.understanding import Outcome, Understanding
from tests.domain.talk import Talk, nothing, understood
from tests.domain.test_form import appeal, form
from tests.domain.test_person import answered, called, taken


def write(talk: Talk, text: str, message: str = "5", reading: Understanding | None = None, **more: Any) -> Talk:
    return talk.act(Kind.TEXT, text=text, message=message, reading=reading or nothing(text), **more)


def edit(talk: Talk, text: str, message: str = "5", reading: Understanding | None = None) -> Talk:
    return talk.act(Kind.EDIT, text=text, message=message, reading=reading or nothing(text))


def answer(slug: str, text: str) -> Understanding:
    return understood(text, Outcome.ANSWER, slug)


# --- edits of a question ---------------------------------------------------------------------


def test_an_unclear_question_put_better_is_answered() -> None:
    talk = write(Talk(), "агр")
    assert edit(talk, "агростартап", reading=answer("agrostartup", "агростартап")).hears("template/agrostartup/short")


def test_a_slip_of_the_pen_in_an_answered_question_says_nothing() -> None:
    talk = write(Talk(), "агростартпа", reading=answer("agrostartup", "агростартпа"))
    edit(talk, "агростартап", reading=answer("agrostartup", "агростартап"))
    assert not talk.heard
    assert talk.last.outcome == "edit.same"


def test_another_question_put_in_its_place_is_answered() -> None:
    talk = write(Talk(), "агростартап", reading=answer("agrostartup", "агростартап"))
    assert edit(talk, "часы работы", reading=answer("working-hours", "часы работы")).hears(
        "template/working-hours/short"
    )


def test_an_older_message_is_politely_noted() -> None:
    talk = write(write(Talk(), "раз"), "два", "6", answer("agrostartup", "два"))
    assert edit(talk, "раз!").hears("smalltalk.edited")


@pytest.mark.parametrize("after", ["menu:main", "c:human"])
def test_after_a_press_nothing_is_last(after: str) -> None:
    talk = write(Talk(), "раз").press(after)
    edit(talk, "два")
    assert talk.last.outcome in ("edit.old", "edit.forwarded")


# --- edits while a person is there -----------------------------------------------------------


def test_staff_see_the_new_wording_and_no_term_starts() -> None:
    talk = write(answered(), "номер 15")
    assert talk.done(StartTerm)
    edit(talk, "номер 51")
    assert "исправил" in talk.staff_text and "номер 51" in talk.staff_text
    assert not talk.heard
    assert not talk.done(StartTerm)


def test_after_the_answer_an_edit_starts_no_term() -> None:
    talk = edit(answered(), "номер 51")
    assert "номер 51" in talk.staff_text
    assert not talk.done(StartTerm)


# --- edits within a form ---------------------------------------------------------------------


def test_the_last_value_is_corrected_and_the_step_stays() -> None:
    talk = write(appeal("text"), "Второй месяц не приходит субсидия на молоко")
    assert form(talk).step == "place"
    edit(talk, "Третий месяц не приходит субсидия на молоко")
    assert form(talk).values["text"].startswith("Третий")
    assert form(talk).step == "place"
    assert talk.hears("form.corrected", "service/appeal/field/place/ask")


def test_a_personal_value_is_corrected_where_it_is_kept() -> None:
    talk = write(appeal("applicant-name"), "Смирнова Анна")
    edit(talk, "Смирнова Анна Петровна")
    assert [kept.value for kept in talk.done(KeepPersonal)] == ["Смирнова Анна Петровна"]
    assert talk.last.private
    assert talk.personal[form(talk).values["applicant-name"]] == "Смирнова Анна Петровна"


def test_a_correction_that_does_not_fit_is_asked_for_again() -> None:
    talk = edit(write(appeal("text"), "Второй месяц не приходит субсидия"), "а")
    assert form(talk).step == "text"
    assert talk.hears("form.too_short", "service/appeal/field/text/ask")


def test_a_correction_of_the_last_step_shows_the_summary_again() -> None:
    talk = write(appeal("contact"), "8 900 123-45-67")
    assert form(talk).mode is FormMode.REVIEW
    edit(talk, "8 900 123-45-68")
    assert "+79001234568" in talk.text
    assert form(talk).mode is FormMode.REVIEW


def test_a_refused_value_put_right_is_taken() -> None:
    talk = write(appeal("text"), "а")
    assert form(talk).step == "text"
    assert form(edit(talk, "Второй месяц не приходит субсидия")).step == "place"
    assert form(edit(talk, "Третий месяц не приходит субсидия")).values["text"].startswith("Третий")


def test_an_older_value_is_not_touched() -> None:
    talk = write(write(appeal("text"), "Второй месяц не приходит субсидия"), "Ола", "6")
    assert edit(talk, "другое дело совсем").hears("smalltalk.edited")
    assert form(talk).values["text"].startswith("Второй")


# --- places and numbers ----------------------------------------------------------------------

PLACE = "Ферма (56.63400, 47.89990)"


def test_a_place_fills_the_step_that_asks_for_one() -> None:
    talk = appeal("place").act(Kind.PLACE, text=PLACE)
    assert form(talk).values["place"] == PLACE
    assert form(talk).step == "applicant-name"


def test_a_number_fills_the_step_that_asks_for_one() -> None:
    talk = appeal("contact").act(Kind.CONTACT, text="79001234567")
    assert talk.done(KeepPersonal)[0].value == "+79001234567"
    assert talk.last.private


@pytest.mark.parametrize(("kind", "text"), [(Kind.PLACE, PLACE), (Kind.CONTACT, "+79001234567")])
def test_elsewhere_in_a_form_the_question_is_asked_again(kind: Kind, text: str) -> None:
    talk = appeal("text").act(kind, text=text)
    assert talk.hears("form.other_thing", "service/appeal/field/text/ask")
    assert form(talk).step == "text"


@pytest.mark.parametrize(("kind", "key"), [(Kind.PLACE, "media.location"), (Kind.CONTACT, "media.contact")])
def test_elsewhere_they_are_answered(kind: Kind, key: str) -> None:
    assert Talk().start().act(kind, text="112").hears(key)


@pytest.mark.parametrize(("kind", "text"), [(Kind.PLACE, PLACE), (Kind.CONTACT, "+79001234567")])
def test_the_person_who_leads_gets_them(kind: Kind, text: str) -> None:
    talk = taken().act(kind, text=text)
    assert text in talk.staff_text
    assert not talk.heard
    assert talk.last.private == (kind is Kind.CONTACT)


# --- replies ---------------------------------------------------------------------------------


def test_staff_see_what_the_client_replies_to() -> None:
    talk = write(taken(), "а это когда?", quoted="Приходите в среду\nс паспортом " + "я" * 200)
    assert "а это когда?" in talk.staff_text
    assert "↩ Приходите в среду с паспортом" in talk.staff_text
    assert "…" in talk.staff_text


# --- reactions -------------------------------------------------------------------------------


def scored() -> tuple[Talk, str]:
    """A client who was answered, and the message that asks whether it helped."""
    talk = Talk().ask("agrostartup")
    return talk, str(max(talk.episodes))


def react(talk: Talk, emoji: str, message: str) -> Talk:
    return talk.act(Kind.REACTION, text=emoji, message=message)


def test_a_thumb_says_that_it_helped_once() -> None:
    talk, message = scored()
    react(talk, "👍", message)
    assert talk.done(RecordHelped) == [RecordHelped(int(message), True)]
    assert talk.done(RecordReaction) == [RecordReaction(message, "👍", int(message))]
    assert not talk.heard
    assert not react(talk, "👎", message).done(RecordHelped)


def test_a_thumb_down_asks_what_was_missing() -> None:
    talk, message = scored()
    assert react(talk, "👎", message).hears("score.what_missing")
    assert talk.done(RecordHelped) == [RecordHelped(int(message), False)]
    assert talk.done(RecordReaction)


def test_after_the_button_a_thumb_is_only_recorded() -> None:
    talk, message = scored()
    talk.press("Помогло 👍")
    assert not react(talk, "👎", message).done(RecordHelped)
    assert talk.done(RecordReaction)


@pytest.mark.parametrize("emoji", ["❤", "🔥", ""])
def test_other_reactions_are_recorded_without_words(emoji: str) -> None:
    talk, message = scored()
    react(talk, emoji, message)
    assert talk.done(RecordReaction) == [RecordReaction(message, emoji, int(message))]
    assert not talk.heard
    assert not talk.done(RecordHelped)


def test_a_reaction_to_anything_else_names_no_episode() -> None:
    assert react(Talk().start(), "👍", "77").done(RecordReaction) == [RecordReaction("77", "👍", None)]


def test_the_person_in_the_conversation_sees_it() -> None:
    assert "👍" in react(called(), "👍", "77").staff_text
    assert not react(called(), "", "77").posted
