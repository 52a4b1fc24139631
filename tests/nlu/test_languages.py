"""A language that the agency does not speak is noticed; Russian with odd words stays Russian."""

from __future__ import annotations

import pytest

from nlu.cleaning import clean
from nlu.language_data import languages


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Guten Tag, wo ist das Ministerium?", "de"),
        ("Bonjour, comment obtenir une subvention pour ma ferme", "fr"),
        ("Hola, ¿cómo puedo obtener una subvención?", "es"),
        ("Dzień dobry, jak otrzymać dotację?", "pl"),
        ("Merhaba, destek nasıl alabilirim", "tr"),
        ("Assalomu alaykum, subsidiya qanday olinadi", "uz"),
        ("Як отримати субсидію?", "uk"),
        ("Мені потрібна допомога", "uk"),
        ("Субсидия алу үшін не керек", "kk"),
        ("Калай субсидия алса болады", "kk"),
        ("Ничек субсидия алырга? Миңа ярдәм кирәк", "tt"),
        ("Чӣ тавр субсидия гирифтан мумкин", "tg"),
        ("你好，怎么申请补贴", "zh"),
        ("كيف أحصل على منحة", "ar"),
        ("როგორ მივიღო გრანტი", "ka"),
        ("Ինչպես ստանալ", "hy"),
    ],
)
def test_another_language_is_noticed(said: str, language: str) -> None:
    assert clean(said).language == language


@pytest.mark.parametrize(
    "said",
    [
        "где моя заявка",
        "самозанятому можна субсидию",
        "хочу gjlfnm заявку",
        "блин а коли так то как",
        "мій",
        "купил belarus 82.1",
        "дядя ваня",
        "не дам",
    ],
)
def test_russian_stays_russian(said: str) -> None:
    assert clean(said).language == "ru"


def test_every_language_of_letters_has_words() -> None:
    assert set(languages("letters")) <= set(languages("words"))
