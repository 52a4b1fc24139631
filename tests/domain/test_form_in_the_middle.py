"""A form that is interrupted: buttons that are over, questions in the middle, drafts of other times."""

from __future__ import annotations

import pytest

from bot.domain.dialog import Dialog, Form, FormMode
from bot.domain.messages import Kind
from tests.domain.talk import Talk
from tests.domain.test_form import STORY, appeal, form

# --- stale, twice, in the middle -----------------------------------------------------------------


@pytest.mark.parametrize("label", ["Заявление", "Предложение", "Жалоба"])
def test_a_step_that_is_over_shows_where_we_are(label: str) -> None:
    talk = appeal("kind")
    button = next(o.action for o in talk.dialog.offered if o.label == label)
    talk.press("Жалоба").press(button)
    assert talk.hears("form.step_over", "service/appeal/field/text/ask")
    assert form(talk).values == {"kind": "complaint"}


def test_an_older_way_back_does_not_go_back_from_here() -> None:
    talk = appeal("place")
    back = next(o.action for o in talk.dialog.offered if o.label == "Назад")
    talk.press("Пропустить").press(back)
    assert form(talk).step == "applicant-name"


def test_a_button_pressed_twice_moves_one_step() -> None:
    talk = appeal("place")
    skip = next(o.action for o in talk.dialog.offered if o.label == "Пропустить")
    talk.press(skip).press(skip)
    assert form(talk).step == "applicant-name"
    assert talk.hears("form.step_over")


def test_a_button_of_a_dropped_form_is_stale() -> None:
    talk = appeal("place")
    skip = next(o.action for o in talk.dialog.offered if o.label == "Пропустить")
    talk.press("Отменить").press("Удалить черновик").press(skip)
    assert talk.hears("menu.stale")


@pytest.mark.parametrize(
    "action",
    [
        "f:1:kind:v:gone",
        "f:1:kind:v",
        "f:1:kind:skip",
        "f:1:text:skip",
        "f:1:review:send",
        "f:1:review:fix:text",
        "f:1:kind:fly",
        "f:1::",
        "f:1:-:resume",
        "f:1:-:drop",
    ],
)
def test_forged_buttons_move_nothing(action: str) -> None:
    talk = appeal("kind").press(action)
    assert form(talk).values == {}
    assert form(talk).step == "kind"
    assert talk.heard


@pytest.mark.parametrize("step", ["kind", "text", "place", "applicant-name", "contact"])
def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(step: str) -> None:
    talk = appeal(step).ask("working-hours", "когда вы работаете?")
    assert talk.hears("template/working-hours/short", "form.back_to_it", f"service/appeal/field/{step}/ask")
    assert form(talk).step == step


def test_a_story_that_sounds_like_a_topic_is_a_story() -> None:
    talk = appeal("text").ask("milk-subsidy", "Мне не заплатили субсидию на молоко за сентябрь.")
    assert form(talk).step == "place"
    assert form(talk).values["text"].startswith("Мне не заплатили")


def test_an_answer_button_in_the_middle_returns_to_the_form() -> None:
    talk = appeal("text").press("t:agrostartup")
    assert talk.hears("template/agrostartup/short", "form.back_to_it", "service/appeal/field/text/ask")


def test_a_command_in_the_middle_is_done_and_the_form_goes_on() -> None:
    talk = appeal("text").command("human", "позовите человека")
    assert talk.hears("handoff.called", "form.back_to_it", "service/appeal/field/text/ask")
    assert form(talk).step == "text"


def test_my_requests_in_the_middle_too() -> None:
    talk = appeal("text").command("my-status", "где моя заявка")
    assert talk.hears("status.none")
    assert form(talk).step == "text"


@pytest.mark.parametrize("mode", ["review", "pick", "drop"])
def test_words_where_a_button_is_expected_show_the_buttons_again(mode: str) -> None:
    talk = appeal("review")
    if mode != "review":
        talk.press({"pick": "Исправить", "drop": "Отменить"}[mode])
    shown = talk.labels
    talk.say("ну вот как-то так")
    assert talk.labels == shown
    assert talk.last.outcome == "form.again"


def test_another_service_pauses_the_form() -> None:
    talk = appeal("text").press("s:feedback")
    assert [(a.service, a.mode) for a in talk.dialog.stack if isinstance(a, Form)] == [
        ("appeal", FormMode.PAUSED),
        ("feedback", FormMode.ASK),
    ]
    assert talk.press("s:appeal").hears("form.draft_found")
    talk.press("Продолжить")
    assert form(talk).service == "appeal"
    assert form(talk).step == "text"


def test_a_voice_message_in_the_middle_loses_nothing() -> None:
    talk = appeal("text").act(Kind.OTHER, name="voice")
    assert talk.hears("media.voice")
    assert form(talk).step == "text"


def test_a_draft_of_an_older_release_goes_on_with_what_is_left() -> None:
    old = Form("appeal", "1", "dropped-step", {"kind": "gone", "text": STORY, "dropped": "x"})
    talk = Talk(dialog=Dialog("ru", stack=(old,))).press("f:1:-:exit").press("Продолжить")
    assert form(talk).step == "kind"
    assert form(talk).values == {"text": STORY}


def test_a_draft_of_a_service_that_is_no_more_stands_in_nobodys_way() -> None:
    gone = Dialog("ru", stack=(Form("gone", "1", "x"),))
    assert Talk(dialog=gone).ask("agrostartup").last.outcome == "answer"
    assert Talk(dialog=gone).press("f:1:x:skip").hears("menu.stale")
    assert Talk(dialog=gone).press("s:appeal").last.outcome == "form.start"


def test_a_form_left_for_years_is_still_there() -> None:
    talk = appeal("place").later(days=800).say("Озёрский район")
    assert form(talk).step == "applicant-name"


def test_a_refused_value_is_asked_for_again_without_the_explanations() -> None:
    talk = appeal("contact").say("восемь девятьсот")
    assert talk.hears("form.bad_phone", "service/appeal/field/contact/ask")
    assert not talk.hears("service/appeal/field/contact/hint")


def test_words_at_the_summary_may_be_personal_and_are_not_kept() -> None:
    talk = appeal("review").say("имя неверное, я Петрова")
    assert talk.hears("form.choose", "form.summary")
    assert talk.last.private
