"""What people type becomes text that can be understood, and English stays English."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlu.cleaning import MAX_CHARACTERS, clean, tidy
from nlu.language_data import languages


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("  Где   МОЯ\tзаявка  ", "где моя заявка"),
        ("ещё Ёлка", "еще елка"),
        ("суб\u200bси\u00adдия\ufeff", "субсидия"),
        ("\u202eгрант\u202c", "грант"),
        ("субси\u0301дия", "субсидия"),
        ("и\u0306од", "йод"),
        ("под\x00ать\x07", "подать"),
        ("ﬁрма ①", "фирма 1"),
        ("ПРИИИИВЕТ!!!!", "привет!"),
        ("суббббота", "суббота"),
        ("гдеее???", "где?"),
        ("100000 рублей", "100000 рублей"),
        ("cубcидия", "субсидия"),
        ("№ 5", "# 5"),
        ("первая\r\n\r\n вторая\u2028третья", "первая\nвторая\nтретья"),
        ("\ud800грант", "грант"),
        ("", ""),
    ],
)
def test_unicode_is_made_plain(typed: str, understood: str) -> None:
    assert clean(typed).text == understood


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("ghbdtn", "привет"),
        ("gjlfnm pfzdre", "подать заявку"),
        ("rfr gjkexbnm ce,cblb./", "как получить субсидию."),
        ("rjulf ghbtv pfzdjr", "когда прием заявок"),
        ("RFR GJKEXBNM UHFYN", "как получить грант"),
    ],
)
def test_the_wrong_layout_is_noticed(typed: str, understood: str) -> None:
    cleaned = clean(typed)
    assert (cleaned.text, cleaned.language, cleaned.repaired) == (understood, "ru", "layout")


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("kak podat zayavku", "как подать заявку"),
        ("pochemu mne otkazali", "почему мне отказали"),
        ("eto bolshaya problema", "это большая проблема"),
        ("gde moy traktor", "где мой трактор"),
        ("status zayavki", "статус заявки"),
        ("kak podat zayavku na grant", "как подать заявку на грант"),
        ("dokumenti na grant", "документы на грант"),
        ("hochu subsidiu", "хочу субсидию"),
    ],
)
def test_russian_in_latin_letters_is_noticed(typed: str, understood: str) -> None:
    cleaned = clean(typed)
    assert (cleaned.text, cleaned.language, cleaned.repaired) == (understood, "ru", "translit")


@pytest.mark.parametrize(
    "typed",
    [
        "How do I apply for a grant?",
        "where is my request",
        "grant",
        "what is the deadline",
        "my cows are dying, help",
        "no internet in our village",
        "rural mortgage rate",
        "I want to talk to a person",
        "hello",
        "tractor registration documents",
        "do you work on sunday",
        "a b c",
    ],
)
def test_english_stays_english(typed: str) -> None:
    cleaned = clean(typed)
    assert (cleaned.text, cleaned.language, cleaned.repaired) == (typed.lower(), "en", "")


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("где грант", "ru"),
        ("where", "en"),
        ("12345", ""),
        ("😀", ""),
        ("сайт gosuslugi", "ru"),
        ("мой whatsapp", "ru"),
        ("what is the грант", "en"),
        ("kak poluchit grant", "ru"),
        ("https://example.invalid/grant", ""),
        ("wo ist das ministerium", "de"),
    ],
)
def test_the_language_is_told_by_letters(typed: str, language: str) -> None:
    assert clean(typed).language == language


def test_a_long_text_is_capped() -> None:
    assert len(clean("слово " * 50_000).text) <= MAX_CHARACTERS
    assert len(clean("\ufdfa" * 50_000).text) <= MAX_CHARACTERS


KNOWN = {"ru", "en", "", *languages("scripts"), *languages("words")}
ODD = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="аеёйиАБВгд абвgh.,;'[]{}!?-\n\t\u0301\u0306\u0308\u200b№", max_size=200),
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.;'[]46", max_size=120),
)


@settings(max_examples=300, deadline=None)
@given(ODD)
@example("É\u0301\u0306")
@example("İ")
@example("yoeje yoyoyo")
@example("ᄀ\u0301ᅡ")
def test_cleaning_never_fails_and_changes_nothing_the_second_time(text: str) -> None:
    once = clean(text)
    assert clean(once.text).text == once.text
    assert len(once.text) <= MAX_CHARACTERS
    assert once.text == tidy(once.text)
    assert once.language in KNOWN
    assert "ё" not in once.text
