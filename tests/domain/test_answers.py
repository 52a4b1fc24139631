"""Answering questions: answer, more, clarify, unknown; did it help, scores, what was missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.case_effects import StartCase
from bot.domain.decision import OpenEpisode, RecordComment, RecordHelped, RecordQuestion, RecordScore
from bot.domain.dialog import Comment, Dialog, Missing
from nlu.understanding import Outcome, Understanding
from tests.domain.talk import NIGHT, Talk, nothing, real_pack, understood

HELPED, NOT_HELPED = "Помогло 👍", "Не помогло"


def test_an_answer_is_short_and_asks_whether_it_helped() -> None:
    talk = Talk().ask("agrostartup")
    assert talk.hears("template/agrostartup/short")
    assert talk.last.outcome == "answer"
    assert talk.last.slug == "agrostartup"
    assert {"Подробнее", HELPED, NOT_HELPED} <= set(talk.labels)
    assert talk.done(OpenEpisode) == [OpenEpisode("episode0", "answer", "agrostartup")]


def test_the_rest_of_an_answer_comes_on_demand() -> None:
    talk = Talk().ask("agrostartup").press("Подробнее")
    assert talk.hears("template/agrostartup/more")
    assert talk.last.outcome == "more"


@pytest.mark.parametrize("slug", sorted(real_pack().templates))
def test_every_topic_can_be_asked_for(slug: str) -> None:
    talk = Talk().press(f"t:{slug}")
    template = talk.pack.templates[slug]
    assert talk.hears(f"template/{slug}/short")
    assert (HELPED in talk.labels) == (not template.sensitive)
    for label in [o.label for o in talk.dialog.offered if o.action.startswith(("t:", "s:", "m:"))]:
        assert Talk(dialog=talk.dialog).press(label).last.outcome != "stale"


@pytest.mark.parametrize("slug", [slug for slug, t in real_pack().templates.items() if t.sensitive])
def test_a_sensitive_topic_offers_a_person_first_and_asks_no_score(slug: str) -> None:
    talk = Talk().ask(slug)
    assert talk.labels[0] == "Позвать сотрудника"
    assert NOT_HELPED not in talk.labels


def parts(*slugs: str) -> Understanding:
    several = tuple(understood(f"про {slug}", Outcome.ANSWER, slug) for slug in slugs)
    return replace(understood("несколько вопросов", Outcome.ANSWER, slugs[0]), parts=several)


def test_several_questions_at_once_are_each_answered() -> None:
    talk = Talk().say("несколько вопросов", parts("agrostartup", "land-lease"))
    assert talk.hears("template/agrostartup/short", "template/land-lease/short")
    assert [e.slug for e in talk.done(OpenEpisode)] == ["agrostartup", "land-lease"]


def test_one_question_asked_twice_in_a_message_is_answered_once() -> None:
    talk = Talk().say("дважды", parts("agrostartup", "agrostartup"))
    assert len(talk.heard) == 1


def test_of_several_questions_only_sure_ones_are_answered() -> None:
    unsure = understood("и ещё", Outcome.UNKNOWN, "land-lease")
    reading = replace(parts("agrostartup"), parts=(*parts("agrostartup").parts, unsure))
    assert [e.slug for e in Talk().say("несколько", reading).done(OpenEpisode)] == ["agrostartup"]


def test_a_near_miss_is_asked_back() -> None:
    reading = understood(
        "субсидия", Outcome.CLARIFY, "subsidy-documents", "subsidy-apply", "subsidy-deadlines", "contacts"
    )
    talk = Talk().say("субсидия", reading)
    assert talk.hears("answer.clarify")
    assert len(talk.labels) == 4
    assert talk.labels[-1] == "Другое"
    (kept,) = talk.done(RecordQuestion)
    assert (kept.text, kept.outcome, kept.slug) == ("субсидия", "clarify", "subsidy-documents")
    assert kept.candidates == reading.candidates
    assert talk.press(talk.labels[1]).last.slug == "subsidy-apply"


def test_asking_back_offers_services_too() -> None:
    talk = Talk().say("жалоба", understood("жалоба", Outcome.CLARIFY, "appeal", "how-to-appeal"))
    assert talk.press(talk.labels[0]).last.outcome == "form.start"


def test_with_one_candidate_there_is_nothing_to_choose_from() -> None:
    talk = Talk().say("что-то", understood("что-то", Outcome.CLARIFY, "contacts", "greeting"))
    assert talk.last.outcome == "unknown"
    assert talk.hears("answer.unknown_near")


def test_none_of_the_offered_topics() -> None:
    talk = Talk().say("субсидия", understood("субсидия", Outcome.CLARIFY, "subsidy-documents", "subsidy-apply"))
    talk.press("Другое")
    assert talk.last.outcome == "clarify.other"
    assert talk.dialog.misses == 1


def test_an_unknown_question_is_admitted_and_a_person_offered() -> None:
    talk = Talk().say("сколько звёзд на небе")
    assert talk.hears("answer.unknown")
    assert "16:40 сегодня" in talk.text
    assert talk.labels == ["Передать сотруднику", "В начало"]
    assert talk.done(RecordQuestion) == [RecordQuestion("сколько звёзд на небе", "unknown", None, (), "ru", "test")]
    assert talk.press("Передать сотруднику").last.outcome == "handoff.asked"
    assert "сколько звёзд на небе" in talk.staff_text


def test_at_night_the_promise_is_for_the_morning() -> None:
    talk = Talk(now=NIGHT).say("сколько звёзд на небе")
    assert "11:00 завтра" in talk.text
    assert talk.words("handoff.closed_now") in talk.text


def test_the_second_miss_in_a_row_calls_a_person() -> None:
    talk = Talk().say("сколько звёзд").say("и всё же сколько")
    assert talk.hears("handoff.failed_twice")
    assert [e.reason for e in talk.done(StartCase)] == ["unknown"]
    assert "и всё же сколько" in talk.staff_text
    assert talk.dialog.misses == 0


def test_an_answer_in_between_forgives_a_miss() -> None:
    talk = Talk().say("сколько звёзд").ask("contacts").say("сколько звёзд")
    assert talk.hears("answer.unknown")
    assert not talk.dialog.cases


def test_a_topic_that_a_newer_release_dropped_is_not_known() -> None:
    talk = Talk().say("что-то", understood("что-то", Outcome.ANSWER, "gone"))
    assert talk.last.outcome == "unknown"
    assert talk.press("t:gone").last.outcome == "stale"


@pytest.mark.parametrize(
    ("reading", "kept"),
    [
        (understood("про грант", Outcome.ANSWER, "agrostartup"), [("answer", "agrostartup")]),
        (understood("подать обращение", Outcome.SERVICE, "appeal"), [("service", "appeal")]),
        (understood("позовите человека", Outcome.COMMAND, "human"), [("command", "human")]),
        (understood("что-то", Outcome.CLARIFY, "contacts"), [("unknown", None)]),  # one topic is no choice
        (understood("спасибо", Outcome.SMALLTALK, "thanks"), []),
    ],
)
def test_every_question_is_kept_with_what_came_of_it(reading: Understanding, kept: list[object]) -> None:
    talk = Talk().say(reading.text, reading)
    assert [(one.outcome, one.slug) for one in talk.done(RecordQuestion)] == kept


def test_what_is_no_question_is_not_kept() -> None:
    """A button's label, a value typed into a form, words for the person who leads."""
    talk = Talk().ask("agrostartup").say("Подробнее")
    assert not talk.done(RecordQuestion)
    form = Talk().press("s:appeal").say("у нас в деревне не чистят дорогу", nothing("у нас в деревне не чистят дорогу"))
    assert not form.done(RecordQuestion)


# --- did it help ---------------------------------------------------------------------------


def test_it_helped_so_a_score_is_asked_for() -> None:
    talk = Talk().ask("agrostartup").press(HELPED)
    assert talk.hears("score.glad_ask")
    assert [e.helped for e in talk.done(RecordHelped)] == [True]
    assert talk.labels[:5] == ["5", "4", "3", "2", "1"]


@pytest.mark.parametrize("score", ["5", "4", "3"])
def test_a_good_score_is_thanked_for(score: str) -> None:
    talk = Talk().ask("agrostartup").press(HELPED).press(score)
    assert talk.hears("score.thanks")
    assert [e.value for e in talk.done(RecordScore)] == [int(score)]
    assert not talk.dialog.stack


@pytest.mark.parametrize("score", ["2", "1"])
def test_a_low_score_asks_what_was_missing_and_calls_a_person(score: str) -> None:
    talk = Talk().ask("agrostartup").press(HELPED).press(score)
    assert talk.hears("score.low")
    assert isinstance(talk.dialog.stack[-1], Comment)
    talk.say("не сказали про сроки")
    assert talk.hears("score.passed_on")
    assert [e.text for e in talk.done(RecordComment)] == ["не сказали про сроки"]
    assert [e.reason for e in talk.done(StartCase)] == ["low_score"]
    assert "не сказали про сроки" in talk.staff_text
    assert not talk.dialog.stack


def test_no_words_are_fine_too() -> None:
    talk = Talk().ask("agrostartup").press(HELPED).press("1").press("Не хочу")
    assert talk.hears("score.no_words")
    assert not talk.dialog.stack
    assert not talk.dialog.cases


def test_declining_a_score_is_for_good() -> None:
    talk = Talk().ask("agrostartup").press(HELPED).press("Не сейчас")
    assert talk.hears("score.declined")
    assert talk.dialog.scores_declined
    assert talk.ask("contacts").press(HELPED).hears("score.glad")
    assert "5" not in talk.labels


def test_a_score_is_taken_once() -> None:
    talk = Talk().ask("agrostartup").press(HELPED)
    button = next(o.action for o in talk.dialog.offered if o.label == "5")
    talk.press(button).press(button)
    assert talk.hears("score.noted_before")
    assert not talk.done(RecordScore)


def test_helped_is_taken_once() -> None:
    talk = Talk().ask("agrostartup")
    button = next(o.action for o in talk.dialog.offered if o.label == HELPED)
    talk.press(button).press(button)
    assert talk.hears("score.noted_before")
    assert not talk.done(RecordHelped)


def test_it_did_not_help_so_what_was_missing_is_asked() -> None:
    talk = Talk().ask("agrostartup").press(NOT_HELPED)
    assert talk.hears("score.what_missing")
    assert isinstance(talk.dialog.stack[-1], Missing)
    talk.say("а для пчёл?")
    assert talk.hears("score.missing_noted")
    assert [e.text for e in talk.done(RecordComment)] == ["а для пчёл?"]
    assert [e.outcome for e in talk.done(RecordQuestion)] == ["not_helped"]
    talk.press("Передать сотруднику")
    assert "а для пчёл?" in talk.staff_text


def test_a_person_may_be_called_instead_of_words() -> None:
    talk = Talk().ask("agrostartup").press(NOT_HELPED).command("human", "позовите человека")
    assert talk.last.outcome == "handoff.asked"


def test_a_button_instead_of_words_goes_on_with_it() -> None:
    talk = Talk().ask("agrostartup").press(NOT_HELPED).press("menu:main")
    assert talk.hears("menu/main")


@pytest.mark.parametrize("action", ["h:999:1", "r:999:5", "r:999:0"])
def test_a_foreign_or_forged_episode_tells_nothing(action: str) -> None:
    talk = Talk().press(action)
    assert talk.hears("score.gone")
    assert not talk.last.effects
    assert not talk.dialog.scores_declined


def test_an_old_score_button_still_works_after_other_questions() -> None:
    talk = Talk().ask("agrostartup").press(HELPED)
    button = next(o.action for o in talk.dialog.offered if o.label == "4")
    assert talk.ask("contacts").press(button).hears("score.thanks")


def test_asking_back_offers_commands_too() -> None:
    reading = understood("дайте оператора", Outcome.CLARIFY, "human", "my-status", "open-data")
    talk = Talk().say("дайте оператора", reading)
    assert talk.labels[:2] == ["Позвать сотрудника", "Мои заявки"]
    assert talk.press("Позвать сотрудника").last.outcome == "handoff.asked"


def test_what_is_near_by_chance_is_not_offered() -> None:
    far = understood("ыва вапр", Outcome.UNKNOWN, "road-repair", "utilities", score=0.02)
    talk = Talk().say("ыва вапр", far)
    assert talk.hears("answer.unknown")
    assert talk.labels == ["Передать сотруднику", "В начало"]


def test_a_rest_that_is_not_in_the_client_s_language_is_announced() -> None:
    pack = real_pack()
    more = pack.templates["agrostartup"].more
    assert more is not None
    russian = {"agrostartup": pack.templates["agrostartup"].model_copy(update={"more": {"ru": more["ru"]}})}
    talk = Talk(pack=pack.model_copy(update={"templates": russian}), dialog=Dialog("en")).press("m:agrostartup")
    assert talk.hears("answer.other_language", "template/agrostartup/more")


def test_what_was_missing_reaches_staff_with_the_question() -> None:
    talk = Talk().ask("agrostartup", "что за агростартап").press(NOT_HELPED).say("а если ферма уже есть")
    talk.press("Передать сотруднику")
    assert "что за агростартап\nа если ферма уже есть" in talk.staff_text
