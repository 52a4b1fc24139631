"""Filling in a form: every way on, back and out; questions in the middle; pressed twice and too late."""

from __future__ import annotations

import pytest

from bot.domain.case_effects import StartCase
from bot.domain.decision import CreateRequest, ForgetPersonal, KeepPersonal, RecordFeedback
from bot.domain.dialog import Dialog, Form, FormMode
from bot.domain.messages import Kind
from nlu.understanding import Outcome
from tests.domain.talk import Talk, understood

STORY = "Второй месяц не приходит субсидия на молоко"


FILLED = {
    "kind": "Жалоба",
    "text": STORY,
    "place": "Озёрский район, Берёзовка",
    "applicant-name": "Смирнова Анна",
    "contact": "8 900 123-45-67",
}
"""What is typed at each step of an appeal, in order."""


def appeal(upto: str = "") -> Talk:
    """An appeal filled in before the step named; ``review``: all of it."""
    talk = Talk().press("s:appeal")
    for name, typed in FILLED.items():
        if name == upto or not upto:
            break
        talk.say(typed)
    return talk


def form(talk: Talk) -> Form:
    """The form on top, filled in or paused."""
    top = talk.dialog.stack[-1]
    assert isinstance(top, Form)
    return top


# --- on ------------------------------------------------------------------------------------


def test_it_begins_with_what_it_is_and_the_first_question() -> None:
    talk = appeal()
    assert talk.hears("service/appeal/description", "form.step", "service/appeal/field/kind/ask")
    assert talk.hears("form.notes", "form.hint", "service/appeal/field/kind/hint", "form.why")
    assert "Шаг 1 из 5" in talk.text
    assert talk.labels == ["Заявление", "Предложение", "Жалоба", "Отменить", "Другие способы"]


def test_the_ways_without_a_messenger_are_told_and_the_form_stays() -> None:
    talk = appeal().press("Другие способы")
    assert talk.hears("service/appeal/offline", "form.step")
    assert form(talk).step == "kind"
    assert talk.press("Жалоба").hears("service/appeal/field/text/ask")


def test_another_language_in_the_middle_of_a_form_keeps_the_form() -> None:
    talk = appeal("place").say("In English")
    assert talk.hears("settings.language_set", "form.back_to_it", "form.step_optional")
    assert "Step 3 of 5 · Where did it happen?" in talk.text
    assert form(talk).values["kind"] == "complaint"
    assert talk.say("По-русски").text.count("Шаг 3 из 5") == 1


def test_a_wish_in_words_begins_it_too() -> None:
    talk = Talk().say("хочу жалобу", understood("хочу жалобу", Outcome.SERVICE, "appeal"))
    assert talk.last.outcome == "form.start"


def test_steps_follow_each_other_to_the_summary() -> None:
    assert [form(appeal(step)).step for step in ("kind", "text", "place", "applicant-name", "contact")] == [
        "kind",
        "text",
        "place",
        "applicant-name",
        "contact",
    ]
    talk = appeal("review")
    assert form(talk).mode is FormMode.REVIEW
    assert talk.hears("form.summary")
    for shown in ("Жалоба", STORY, "Озёрский район, Берёзовка", "Смирнова Анна", "+79001234567"):
        assert shown in talk.text
    assert talk.labels == ["Отправить", "📎 Приложить файл", "Исправить", "Сохранить и выйти", "Отменить"]


@pytest.mark.parametrize("typed", ["жалоба", "Жалоба.", "3"])
def test_a_choice_may_be_typed(typed: str) -> None:
    assert form(appeal("kind").say(typed)).values == {"kind": "complaint"}


def test_what_does_not_fit_is_explained_and_asked_again() -> None:
    talk = appeal("kind").say("ерунда")
    assert talk.hears("form.choose", "form.step", "service/appeal/field/kind/ask")
    assert form(talk).values == {}
    talk = appeal("text").say("коротко")
    assert talk.hears("form.too_short")
    assert "хотя бы 10" in talk.text


def test_a_rejected_personal_value_is_not_kept_with_the_message() -> None:
    talk = appeal("contact").say("мой номер 123")
    assert talk.hears("form.bad_phone")
    assert talk.last.private
    assert not talk.last.effects


def test_personal_values_are_references() -> None:
    talk = appeal("applicant-name").say("Смирнова Анна")
    assert talk.done(KeepPersonal) == [KeepPersonal("7.1.applicant-name", "name", "Смирнова Анна")]
    assert form(talk).values["applicant-name"] == "7.1.applicant-name"
    assert talk.last.private


def test_a_step_that_is_not_required_is_skipped() -> None:
    talk = appeal("place").press("Пропустить")
    assert form(talk).step == "applicant-name"
    assert "place" not in form(talk).values
    assert "Пропустить" not in talk.labels


# --- back and out ----------------------------------------------------------------------------


def test_back_shows_what_was_written() -> None:
    talk = appeal("place").press("Назад")
    assert form(talk).step == "text"
    assert talk.hears("form.now")
    assert STORY in talk.text
    assert form(talk.say("Другой рассказ, подлиннее")).step == "place"


def test_the_first_step_has_no_way_back() -> None:
    assert "Назад" not in appeal("kind").labels
    assert form(appeal("kind").press("f:1:kind:back")).step == "kind"


def test_saved_and_left_it_is_found_again() -> None:
    talk = appeal("place").press("Сохранить и выйти")
    assert talk.hears("form.paused")
    assert talk.dialog.form is None
    assert talk.ask("agrostartup").last.outcome == "answer"
    talk.press("s:appeal")
    assert talk.hears("form.draft_found")
    talk.press("Продолжить")
    assert form(talk).step == "place"
    assert form(talk).values == {"kind": "complaint", "text": STORY}


def test_a_full_draft_goes_on_with_its_summary() -> None:
    talk = appeal("review").press("Сохранить и выйти").press("Продолжить")
    assert form(talk).mode is FormMode.REVIEW


def test_beginning_anew_forgets_the_draft() -> None:
    talk = appeal("contact").press("Сохранить и выйти").press("s:appeal").press("Начать заново")
    assert talk.done(ForgetPersonal) == [ForgetPersonal(("7.1.applicant-name",))]
    assert form(talk).values == {}
    assert len(talk.dialog.stack) == 1


def test_an_empty_draft_just_begins_again() -> None:
    assert appeal("kind").press("s:appeal").last.outcome == "form.start"


def test_cancelling_something_filled_in_asks_first() -> None:
    talk = appeal("contact").press("Отменить")
    assert talk.hears("form.confirm_drop")
    assert form(talk).mode is FormMode.DROP
    kept = Talk(dialog=talk.dialog).press("Продолжить")
    assert form(kept).step == "contact"
    talk.press("Удалить черновик")
    assert talk.hears("form.dropped")
    assert talk.done(ForgetPersonal) == [ForgetPersonal(("7.1.applicant-name",))]
    assert not talk.dialog.stack


def test_cancelling_an_empty_form_asks_nothing() -> None:
    assert appeal("kind").press("Отменить").hears("form.dropped")


@pytest.mark.parametrize("command", ["cancel", "stop", "STOP"])
def test_a_typed_command_cancels_too(command: str) -> None:
    assert appeal("place").act(Kind.COMMAND, name=command).hears("form.confirm_drop")


# --- correcting and sending --------------------------------------------------------------------


def test_one_value_is_corrected_and_the_summary_comes_back() -> None:
    talk = appeal("review").press("Исправить")
    assert talk.hears("form.pick")
    talk.press("Суть")
    assert form(talk).fixing
    talk.say("Совсем другая история, честно")
    assert form(talk).mode is FormMode.REVIEW
    assert "Совсем другая история" in talk.text
    assert not form(talk).fixing


def test_a_correction_is_given_up_by_going_back() -> None:
    talk = appeal("review").press("Исправить").press("Суть").press("Назад")
    assert form(talk).mode is FormMode.REVIEW
    assert STORY in talk.text


def test_an_optional_value_is_taken_out_by_skipping() -> None:
    talk = appeal("review").press("Исправить").press("Место").press("Пропустить")
    assert form(talk).mode is FormMode.REVIEW
    assert "place" not in form(talk).values
    assert "не указано" in talk.text


def test_nothing_to_correct_after_all() -> None:
    assert appeal("review").press("Исправить").say("Всё верно").hears("form.summary")


def test_sent_it_has_a_number_a_term_and_a_case() -> None:
    talk = appeal("review").press("Отправить")
    created = talk.done(CreateRequest)[0]
    assert (created.service, created.series, created.year, created.stage) == ("appeal", "ОТ", 2026, "accepted")
    assert created.values["applicant-name"] == "7.1.applicant-name"
    assert [(e.reason, e.of_request) for e in talk.done(StartCase)] == [("request", True)]
    assert talk.hears("service/appeal/receipt")
    assert "ОТ-2026-" in talk.text
    assert "25 декабря" in talk.text
    assert not talk.dialog.stack
    case = talk.dialog.cases[0]
    assert case.request in talk.requests
    assert talk.dialog.handed_over is None
    assert STORY in talk.staff_text
    assert "+79001234567" in talk.staff_text
    assert talk.press("Где моё обращение").last.outcome == "status"


def test_the_number_has_the_offices_year() -> None:
    talk = appeal("review")
    talk.now = talk.now.replace(month=12, day=31, hour=21, minute=30)
    assert talk.press("Отправить").done(CreateRequest)[0].year == 2027


def test_sent_twice_it_is_one_request() -> None:
    talk = appeal("review")
    send = talk.dialog.offered[0].action
    talk.press(send).press(send)
    assert talk.hears("form.sent_already")
    assert "ОТ-2026-" in talk.text
    assert not talk.done(CreateRequest)


def test_an_older_button_of_a_sent_form_shows_the_request() -> None:
    talk = appeal("contact")
    skip = next(o.action for o in talk.dialog.offered if o.label == "Пропустить")
    talk.press(skip).press("Отправить")
    assert talk.press(skip).hears("form.sent_already")


def test_an_older_button_does_not_send_what_is_being_corrected() -> None:
    talk = appeal("review")
    send = talk.dialog.offered[0].action
    talk.press("Исправить").press(send)
    assert talk.hears("form.step_over", "form.pick")
    assert not talk.done(CreateRequest)


def test_something_required_that_lacks_is_asked_for_first() -> None:
    lacking = Form("appeal", "1", "contact", {"kind": "complaint", "text": STORY}, FormMode.REVIEW)
    talk = Talk(dialog=Dialog("ru", stack=(lacking,))).press("f:1:review:send")
    assert form(talk).step == "applicant-name"
    assert form(talk).mode is FormMode.ASK


def test_feedback_has_no_number_and_thanks() -> None:
    talk = Talk().press("s:feedback").press("Пропустить").press("4").say("Понятно объяснили").press("Отправить")
    assert talk.hears("service/feedback/receipt")
    assert talk.done(RecordFeedback) == [RecordFeedback("feedback", "", 4, "Понятно объяснили")]
    assert not talk.done(CreateRequest)
    assert not talk.posted


def test_low_feedback_offers_a_person() -> None:
    talk = Talk().press("s:feedback").say("приёмная").say("1").press("Пропустить").press("Отправить")
    assert talk.hears("score.low_person")
    assert talk.done(RecordFeedback) == [RecordFeedback("feedback", "приёмная", 1, "")]
