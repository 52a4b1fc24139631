"""Words in disguise are revealed: emoji, spaces, digits, single words in the wrong keys or letters."""

from __future__ import annotations

import pytest

from nlu.cleaning import clean


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("суб😀си😀дия", "субсидия"),
        ("нужен грант😀как получить", "нужен грант как получить"),
        ("🚜 трактор 🚜", "трактор"),
        ("с у б с и д и я на молоко", "субсидия на молоко"),
        ("с.у.б.с.и.д.и.я", "субсидия"),
        ("как получить су6сидию", "как получить субсидию"),
        ("п0мощь ф3рмеру", "помощь ф3рмеру"),
        ("мтз-82 и 6155", "мтз-82 и 6155"),
        ("а б в", "а б в"),
    ],
)
def test_a_disguised_word_is_revealed(typed: str, understood: str) -> None:
    assert clean(typed).text == understood


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("как gjkexbnm субсидию", "как получить субсидию"),
        ("хочу gjlfnm заявку", "хочу подать заявку"),
        ("какие документы нужны yf subsidiyu", "какие документы нужны на субсидию"),
        ("сайт gosuslugi не открывается", "сайт госуслуги не открывается"),
        ("не работает wi-fi", "не работает wi-fi"),
        ("мой iphone не открывает сайт", "мой iphone не открывает сайт"),
        ("субсидия на john deere", "субсидия на john deere"),
        ("пришлите на ivan.petrov@mail.ru", "пришлите на ivan.petrov@mail.ru"),
        ("не грузится https://gosuslugi.ru", "не грузится https://gosuslugi.ru"),
        ("пишите в vk", "пишите в vk"),
        ("таблица csv", "таблица csv"),
    ],
)
def test_a_single_word_in_the_wrong_keys_or_letters_is_restored(typed: str, understood: str) -> None:
    cleaned = clean(typed)
    assert (cleaned.text, cleaned.language) == (understood, "ru")


def test_english_with_the_russian_keys_on() -> None:
    cleaned = clean("Руддщ")
    assert (cleaned.text, cleaned.language, cleaned.repaired) == ("hello", "en", "layout")
    assert clean("фыва").text == "фыва"


@pytest.mark.parametrize(
    ("sent", "said"), [("👍", "спасибо"), ("❤️❤️❤️", "спасибо"), ("👋🏻", ""), ("🤬", "ты бесполезный"), ("🚜", "")]
)
def test_emoji_alone_may_say_something(sent: str, said: str) -> None:
    assert clean(sent).text == said
