"""Misspelt words are brought back to those of the pack; words that exist stay."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.schema import Pack
from nlu.cleaning import clean
from nlu.entities import reader_for
from nlu.phrases import questions, unwrapped
from nlu.spelling import Spelling, spelling_of

MOST_MILLISECONDS = 0.3


@pytest.fixture(scope="module")
def spelling(ministry_pack: Pack) -> Spelling:
    return spelling_of(ministry_pack)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("какие докумнты нужны на субсидю", "какие документы нужны на субсидию"),
        ("как полчить агрострартап", "как получить агростартап"),
        ("сколко стоит трактар", "сколько стоит трактор"),
        ("ипатека на дом в диревне", "ипотека на дом в деревне"),
        ("компинсация за удобринье", "компенсация за удобрение"),
        ("суппсидия на малоко", "субсидия на молоко"),
        ("кагда придут денги", "когда придут деньги"),
        ("хачу пожаловатца", "хочу пожаловаться"),
        ("пчолы дохнут", "пчелы дохнут"),
        ("африканская чюма", "африканская чума"),
        ("земельный учаток арендавать", "земельный участок арендовать"),
        ("какиедокументынужны на субсидию", "какие документы нужны на субсидию"),
        ("субсидиюна молоко", "субсидию на молоко"),
        ("шо по деньгам", "что по деньгам"),
        ("незнаю када", "не знаю когда"),
    ],
)
def test_a_misspelt_word_is_mended(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.mended(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "гранит и гранат",
        "мтз-82 от 12.11",
        "белогривый жеребец скачет",
        "hello world",
        "от-2026-000123",
        "ыыы",
        "кот дом нос",
        "перемога",
    ],
)
def test_what_needs_no_mending_stays(spelling: Spelling, typed: str) -> None:
    assert spelling.mended(typed) == typed


def test_every_word_of_the_pack_stays(spelling: Spelling, ministry_pack: Pack) -> None:
    for template in ministry_pack.templates.values():
        for sample in template.samples["ru"]:
            text = clean(sample).text
            assert spelling.mended(text) == text


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="абвгдежиклмнопрст -,", max_size=80))
def test_mending_ends_and_keeps_what_stands_between(spelling: Spelling, text: str) -> None:
    mended = spelling.mended(text)
    assert mended.count(",") == text.count(",")


def test_a_usual_message_is_cleaned_fast(spelling: Spelling, ministry_pack: Pack) -> None:
    """Processor time, so that a busy machine does not matter."""
    entities = reader_for(ministry_pack)
    asked = [question for listed in ministry_pack.questions.values() for question in listed]

    def spent() -> float:
        started = time.process_time()
        for question in asked:
            text = spelling.mended(clean(question).text)
            entities.read(text)
            questions(text)
            unwrapped(text)
        return (time.process_time() - started) * 1000 / len(asked)

    spent()
    assert min(spent() for _ in range(3)) < MOST_MILLISECONDS
