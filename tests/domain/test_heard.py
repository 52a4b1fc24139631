"""Spoken values, choices by fit, commands that destroy, other tongues, questions back that tell topics apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.decision import ForgetPersonal, KeepPersonal, RecordQuestion
from bot.domain.dialog import Form, FormMode
from bot.domain.messages import Kind
from nlu.entity import Entity
from nlu.understanding import Outcome, Understanding
from tests.domain.talk import Talk, nothing, understood
from tests.domain.test_status import talk_with, view

RIGHT, ANEW = "Верно", "Написать заново"
HEARD = "В соседней деревне третий день нет воды, колонка сломана"


def speak(talk: Talk, text: str, reading: Understanding | None = None) -> Talk:
    return talk.act(Kind.TEXT, text=text, voiced=True, reading=reading or nothing(text))


def asked(talk: Talk) -> Form:
    assert talk.dialog.form is not None
    return talk.dialog.form


def at(step: str) -> Talk:
    """An appeal that stands at this step."""
    talk = Talk().press("s:appeal")
    form = asked(talk)
    return replace_form(talk, replace(form, step=step))


def replace_form(talk: Talk, form: Form) -> Talk:
    talk.dialog = replace(talk.dialog, stack=(*talk.dialog.stack[:-1], form))
    return talk


def test_a_spoken_value_is_shown_before_it_is_taken() -> None:
    talk = speak(at("text"), HEARD)
    assert talk.hears("form.heard")
    assert HEARD in talk.text
    assert talk.labels == [RIGHT, ANEW]
    assert "text" not in asked(talk).values
    talk.press(RIGHT)
    assert asked(talk).values["text"] == HEARD
    assert asked(talk).step != "text"


@pytest.mark.parametrize("word", ["да", "Верно.", "да, правильно", "yes"])
def test_a_typed_yes_does_the_same(word: str) -> None:
    talk = speak(at("text"), HEARD).say(word)
    assert asked(talk).values["text"] == HEARD


def test_what_was_heard_wrong_is_written_anew() -> None:
    talk = speak(at("text"), HEARD).press(ANEW)
    assert asked(talk).mode is FormMode.ASK
    talk.say("В деревне Заречное третий день нет воды")
    assert asked(talk).values["text"] == "В деревне Заречное третий день нет воды"


def test_words_typed_over_what_was_heard_take_its_place() -> None:
    talk = speak(at("text"), HEARD).say("Не вода, а газ: запах третий день")
    assert asked(talk).values["text"] == "Не вода, а газ: запах третий день"


def test_it_can_be_said_again() -> None:
    talk = speak(speak(at("text"), HEARD), "Нет газа третий день, пахнет")
    assert talk.hears("form.heard")
    assert asked(talk.press(RIGHT)).values["text"] == "Нет газа третий день, пахнет"


def test_an_old_right_does_nothing() -> None:
    talk = speak(at("text"), HEARD)
    right = next(o.action for o in talk.dialog.offered if o.label == RIGHT)
    talk.press(RIGHT)
    values = dict(asked(talk).values)
    talk.press(right)
    assert asked(talk).values == values


def test_a_spoken_personal_value_is_kept_apart_and_forgotten() -> None:
    talk = speak(at("applicant-name"), "Иван Петров")
    (kept,) = talk.done(KeepPersonal)
    assert kept.value == "Иван Петров"
    assert "Иван" not in repr(talk.dialog)
    assert "Иван Петров" in talk.text
    talk.press(ANEW)
    assert talk.done(ForgetPersonal) == [ForgetPersonal((kept.ref,))]


def test_a_spoken_question_is_answered_with_what_was_heard() -> None:
    text = "как получить агростартап"
    talk = speak(Talk(), text, understood(text, Outcome.ANSWER, "agrostartup"))
    assert talk.hears("media.heard", "template/agrostartup/short")


# --- by fit ----------------------------------------------------------------------------


def test_a_telephone_number_is_found_in_the_words_around_it() -> None:
    text = "мой телефон 8 921 123-45-67, звоните"
    reading = replace(nothing(text), entities=(Entity(12, 27, "phone", "+79211234567"),))
    talk = at("contact").say(text, reading)
    assert "+79211234567" in talk.personal.values()


def test_words_that_are_no_value_but_a_question_are_answered_without_a_question_mark() -> None:
    text = "агростартап условия"
    talk = at("contact").say(text, understood(text, Outcome.ANSWER, "agrostartup", score=0.995))
    assert talk.hears("template/agrostartup/short", "form.back_to_it")


def test_a_failed_try_at_a_value_is_explained_though_it_is_near_a_topic() -> None:
    talk = at("contact").say("нет адреса", understood("нет адреса", Outcome.ANSWER, "contacts", score=0.98))
    assert talk.hears("form.bad_phone")


def test_a_bare_number_is_the_end_of_ones_own_request() -> None:
    talk = talk_with(view(7))
    number = next(iter(talk.requests.values())).number
    order = str(int(number[-6:]))
    talk.say(order, replace(nothing(order), entities=(Entity(0, 3, "bare_number", order),)))
    assert talk.last.outcome == "status"
    assert number in talk.text


def test_a_bare_number_of_nothing_is_asked_about() -> None:
    talk = Talk().say("777", replace(nothing("777"), entities=(Entity(0, 3, "bare_number", "777"),)))
    assert talk.hears("status.only_a_number")


# --- commands that destroy ---------------------------------------------------------------


def test_a_form_with_content_is_dropped_only_when_confirmed() -> None:
    talk = at("text").say(HEARD)
    talk.command("cancel", "отмена")
    assert talk.hears("form.confirm_drop")
    assert asked(talk).values["text"] == HEARD


def test_taking_a_request_back_is_asked_for_first() -> None:
    talk = talk_with(view(7))
    cases = talk.dialog.cases
    talk.command("withdraw", "отозвать обращение")
    assert talk.hears("status.withdraw_ask")
    assert talk.dialog.cases == cases
    talk.press("Передать сотруднику")
    assert talk.dialog.handed_over is not None
    assert "отозвать обращение" in talk.staff_text


def test_erasing_ones_data_is_asked_for_first() -> None:
    talk = Talk().command("my-data", "удали мои данные").press("Удалить мои данные")
    assert talk.hears("data.erase_ask")


# --- questions back ----------------------------------------------------------------------


def test_topics_of_different_teams_are_told_apart_by_name() -> None:
    talk = Talk().say(
        "какие документы", understood("какие документы", Outcome.CLARIFY, "subsidy-documents", "tractor-registration")
    )
    assert "Это про субсидию или про технику?" in talk.text
    assert talk.labels[-1] == "Другое"


def test_topics_of_one_team_are_asked_back_plainly() -> None:
    talk = Talk().say("молоко", understood("молоко", Outcome.CLARIFY, "milk-subsidy", "livestock-subsidy"))
    assert talk.hears("answer.clarify")


def test_three_topics_are_all_named() -> None:
    slugs = ("subsidy-documents", "tractor-registration", "land-lease")
    talk = Talk().say("документы", understood("документы", Outcome.CLARIFY, *slugs))
    assert "Это про субсидию, про технику или про землю?" in talk.text


def test_another_tongue_is_noticed_and_a_person_offered() -> None:
    text = "wo ist das ministerium"
    talk = Talk().say(text, understood(text, Outcome.UNKNOWN, language="de"))
    assert talk.hears("answer.other_tongue")
    assert "I speak Russian and English" in talk.text
    assert "Передать сотруднику" in talk.labels


def test_more_than_three_questions_end_with_a_person() -> None:
    parts = tuple(understood(f"про {slug}", Outcome.ANSWER, slug) for slug in ("agrostartup", "land-lease", "contacts"))
    reading = replace(understood("много", Outcome.ANSWER, "contacts"), parts=parts, unanswered=("где прием?",))
    talk = Talk().say("много", reading)
    assert talk.hears(
        "template/agrostartup/short", "template/land-lease/short", "template/contacts/short", "answer.rest"
    )
    assert RecordQuestion("где прием?", "unknown", None) in talk.last.effects


def test_a_thumb_alone_is_a_thank_you() -> None:
    talk = Talk().say("👍", understood("👍", Outcome.SMALLTALK, "thanks"))
    assert talk.hears("smalltalk.thanks")
