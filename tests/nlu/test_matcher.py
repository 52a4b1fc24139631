"""The engine on the demonstration pack."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import cast

import pytest

from knowledge_base.schema import Pack
from nlu.classifier import Classifier
from nlu.embedding import encoder_name
from nlu.evaluate import evaluate
from nlu.evaluate_data import pack_questions
from nlu.examples import examples
from nlu.familiar import familiar_with
from nlu.features import Floats
from nlu.matcher import Matcher
from nlu.understanding import Candidate, Engine, Outcome
from nlu.words import tokens


@pytest.mark.parametrize(
    ("said", "outcome", "slug"),
    [
        ("грант агростартап", Outcome.ANSWER, "agrostartup"),
        ("когда вы работаете", Outcome.ANSWER, "working-hours"),
        ("привет", Outcome.SMALLTALK, "greeting"),
        ("ghbdtn", Outcome.SMALLTALK, "greeting"),
        ("Спасибо!!!", Outcome.SMALLTALK, "thanks"),
        ("позовите человека", Outcome.COMMAND, "human"),
        ("где моя заявка", Outcome.COMMAND, "my-status"),
        ("ОТ-2026-000123", Outcome.COMMAND, "my-status"),
        ("Здравствуйте! Заявка OT 2026 123, спасибо", Outcome.COMMAND, "my-status"),
        ("где ОТ-2026-000123, что с ней", Outcome.COMMAND, "my-status"),
        ("хочу написать обращение", Outcome.SERVICE, "appeal"),
        ("how do I register a tractor", Outcome.ANSWER, "tractor-registration"),
        ("как испечь шарлотку", Outcome.UNKNOWN, None),
    ],
)
def test_a_plain_wish_is_understood(ministry: Matcher, said: str, outcome: Outcome, slug: str | None) -> None:
    understood = ministry.understand(said)
    assert (understood.outcome, understood.slug) == (outcome, slug)
    assert understood.text == said
    assert understood.engine == "matcher"


@pytest.mark.parametrize("said", ["", "   ", "\n", "😀😀", "???", "...", "\u200b\u200e", "—"])
def test_what_says_nothing_is_unknown_without_candidates(ministry: Matcher, said: str) -> None:
    understood = ministry.understand(said)
    assert (understood.outcome, understood.slug, understood.candidates) == (Outcome.UNKNOWN, None, ())
    assert understood.language == "ru"


@pytest.mark.parametrize(
    "wrapping",
    [
        "{}",
        "Здравствуйте, {}",
        "добрый день! подскажите пожалуйста, {}? заранее спасибо",
        "привет\n{}",
        "{}, пожалуйста",
    ],
)
def test_a_greeting_around_a_question_is_not_small_talk(ministry: Matcher, wrapping: str) -> None:
    understood = ministry.understand(wrapping.format("как зарегистрировать трактор"))
    assert (understood.outcome, understood.slug) == (Outcome.ANSWER, "tractor-registration")
    assert understood.parts == ()


def test_the_number_is_told_beside_any_reading(ministry: Matcher) -> None:
    assert ministry.understand("от 2026 123").request_number == "ОТ-2026-000123"
    assert ministry.understand("какие часы работы").request_number is None


def test_several_questions_are_each_answered(ministry: Matcher) -> None:
    understood = ministry.understand("Когда вы работаете? И ещё как зарегистрировать трактор?")
    assert [part.slug for part in understood.parts] == ["working-hours", "tractor-registration"]
    assert all(part.outcome is Outcome.ANSWER and not part.parts for part in understood.parts)
    assert understood.outcome is Outcome.ANSWER
    assert understood.slug in {"working-hours", "tractor-registration"}


def test_one_question_in_two_sentences_stays_one(ministry: Matcher) -> None:
    assert ministry.understand("Купил трактор. Как зарегистрировать трактор?").parts == ()
    assert ministry.understand("Когда вы работаете? Когда вы работаете?").parts == ()


def test_a_story_is_understood_by_its_question(ministry: Matcher) -> None:
    story = "Живу в деревне давно. Соседи говорят разное, голова кругом. " * 2
    assert ministry.understand(story + "Как зарегистрировать трактор?").slug == "tractor-registration"


def test_the_rules_of_the_staff_are_told(ministry: Matcher) -> None:
    assert "assistant-broken" in ministry.understand("что-то ваш бот сломался опять").rules
    assert ministry.understand("когда вы работаете").rules == ()


@pytest.mark.parametrize(
    "said",
    [
        "грант",
        "справка",
        "регистрация",
        "субсидия",
        "документы",
        "помощь",
        "срок",
        "заявление",
        "трактор",
        "земля",
        "СРОКИ?",
        "подать заявление",
        "получить грант",
        "субсидия, субсидия, субсидия",
        "Здравствуйте! Подскажите, справка",
        "добрый день, грант",
        "subsidy",
    ],
)
def test_a_word_that_several_topics_speak_about_is_asked_back(
    ministry: Matcher, ministry_pack: Pack, said: str
) -> None:
    understood = ministry.understand(said)
    assert understood.outcome is Outcome.CLARIFY
    offered = [c.slug for c in understood.candidates if c.slug in ministry_pack.templates]
    assert len(offered) >= 2
    assert understood.slug == understood.candidates[0].slug


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("ипотека", "rural-mortgage"),
        ("пошлина", "state-duty"),
        ("вакансии", "vacancies"),
        ("бешенство", "animal-disease"),
        ("дорога", "road-repair"),
        ("молоко", "milk-subsidy"),
        ("семена", "elite-seeds"),
        ("субсидия молоко", "milk-subsidy"),
        ("регистрация трактора", "tractor-registration"),
        ("кто министр", "leadership"),
        ("аренда земли", "land-lease"),
        ("привет, ипотека", "rural-mortgage"),
    ],
)
def test_a_word_that_one_topic_is_about_is_answered(ministry: Matcher, said: str, slug: str) -> None:
    understood = ministry.understand(said)
    assert (understood.outcome, understood.slug) == (Outcome.ANSWER, slug)


@pytest.mark.parametrize("said", ["привет бот", "спасибо, жду список", "после", "хочу"])
def test_a_word_or_two_that_name_no_topic_are_not_asked_back(ministry: Matcher, said: str) -> None:
    assert ministry.understand(said).outcome is not Outcome.CLARIFY


class Unasked:
    """A classifier for messages that need none."""

    def probabilities(self, texts: Sequence[str]) -> Floats:
        raise AssertionError(f"asked about {texts}")


@pytest.mark.parametrize(
    ("said", "outcome", "slug"),
    [
        ("грант кооперативу", Outcome.ANSWER, "cooperative-grant"),
        ("  Гранты кооперативам!! ", Outcome.ANSWER, "cooperative-grant"),
        ("Здравствуйте! Подскажите, пожалуйста, грант кооперативу?", Outcome.ANSWER, "cooperative-grant"),
        ("Знак качества области", Outcome.ANSWER, "local-brand"),
        ("ghbdtn", Outcome.SMALLTALK, "greeting"),
        ("спасибо большое", Outcome.SMALLTALK, "thanks"),
        ("ОПЕРАТОР", Outcome.COMMAND, "human"),
        ("написать обращение", Outcome.SERVICE, "appeal"),
    ],
)
def test_a_sample_is_answered_at_once(ministry_pack: Pack, said: str, outcome: Outcome, slug: str) -> None:
    engine = Matcher(ministry_pack, cast(Classifier, Unasked()), familiar_with(examples(ministry_pack)))
    understood = engine.understand(said)
    assert (understood.outcome, understood.slug) == (outcome, slug)
    assert understood.candidates == (Candidate(slug, 1.0),)


def test_a_sample_that_is_out_of_scope_is_unknown(ministry: Matcher) -> None:
    understood = ministry.understand("расскажи анекдот")
    assert (understood.outcome, understood.slug) == (Outcome.UNKNOWN, None)


def test_candidates_are_best_first_and_never_out_of_scope(ministry: Matcher) -> None:
    for said in ("как испечь шарлотку", "субсидия", "документы", "какие документы приложить"):
        candidates = ministry.understand(said).candidates
        scores = [candidate.score for candidate in candidates]
        assert 2 <= len(candidates) <= 5
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
        assert "out-of-scope" not in {candidate.slug for candidate in candidates}


def test_the_zones_follow_the_thresholds_of_the_pack(ministry: Matcher, ministry_pack: Pack) -> None:
    zones = ministry_pack.agency.thresholds
    longer = [one.text for one in pack_questions(ministry_pack) if len(tokens(one.text)) > 2]
    for text in longer[::7]:
        understood = ministry.understand(text)
        best = understood.candidates[0].score
        if understood.outcome is Outcome.CLARIFY:
            assert zones.clarify - 1e-4 <= best
        elif understood.outcome is not Outcome.UNKNOWN:
            assert best >= zones.answer - 1e-4


def test_it_does_well_on_the_questions_of_the_pack(ministry: Engine, ministry_pack: Pack) -> None:
    report = evaluate(ministry, pack_questions(ministry_pack)).shares
    # Without a sentence encoder synonyms are strangers to the engine; see nlu/embedding.py.
    first, within_three, right = (0.88, 0.95, 0.70) if encoder_name() else (0.81, 0.92, 0.50)
    assert report.first >= first
    assert report.within_three >= within_three
    assert report.answered_right >= right
    assert report.wrong_given <= 0.04
    assert report.rejected >= 0.95


def test_a_question_takes_milliseconds(ministry: Matcher, ministry_pack: Pack) -> None:
    texts = [one.text for one in pack_questions(ministry_pack)][:100]
    spent = []
    for text in texts:
        started = time.thread_time()
        ministry.understand(text)
        spent.append(time.thread_time() - started)
    # Processor time, with room for a machine shared with other tests.
    assert sorted(spent)[len(spent) // 2] < 0.010


def test_a_huge_text_is_cheap(ministry: Matcher) -> None:
    text = "Расскажите про субсидии и коров, пожалуйста. " * 2300
    ministry.understand(text)
    started = time.thread_time()
    assert ministry.understand(text).text == text
    assert time.thread_time() - started < 0.040


def test_what_was_learned_is_lent_to_another_content(ministry: Matcher, ministry_pack: Pack) -> None:
    """Its new samples count at once; what sounds like a topic that is gone sounds like nothing."""
    template = ministry_pack.templates["contacts"]
    samples = {**template.samples, "ru": (*template.samples["ru"], "шуршунчики фырчат")}
    newer = {**ministry_pack.templates, "contacts": template.model_copy(update={"samples": samples})}
    lent = ministry.lent_to(ministry_pack.model_copy(update={"templates": newer}))
    assert ministry.understand("шуршунчики фырчат").slug != "contacts"
    assert lent.understand("шуршунчики фырчат").slug == "contacts"
    fewer = {slug: one for slug, one in ministry_pack.templates.items() if slug != "contacts"}
    without = ministry.lent_to(ministry_pack.model_copy(update={"templates": fewer}))
    for asked in ("где вы находитесь", "как до вас добраться"):
        assert ministry.understand(asked).slug == "contacts"
        lost = without.understand(asked)
        assert (lost.outcome, "contacts" in {one.slug for one in lost.candidates}) == (Outcome.UNKNOWN, False)
