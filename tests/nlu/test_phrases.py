"""Greetings around a question are taken off; several questions are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.phrases import is_question, is_wrapping, questions, says_only_a_number, unwrapped, without_fillers


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("здравствуйте, подскажите пожалуйста, как получить субсидию? заранее спасибо", "как получить субсидию?"),
        ("добрый день! вопрос: когда вы работаете", "когда вы работаете"),
        ("здравствуйте", "здравствуйте"),
        ("спасибо большое!", "спасибо большое!"),
        ("здравствуйтесь", "здравствуйтесь"),
        ("please tell me your address", "your address"),
        ("вопросы земли", "вопросы земли"),
        ("алло, это самое, ну а как бы получить грант вот", "получить грант"),
        ("ну короче так вот, где деньги", "где деньги"),
        ("добрый день! меня зовут иван петров, подскажите, где прием", "где прием"),
        ("где прием? с уважением, анна петрова", "где прием?"),
        ("окей бот значит когда вы работаете да", "когда вы работаете"),
        ("", ""),
    ],
)
def test_the_wrapping_is_taken_off(said: str, asked: str) -> None:
    assert unwrapped(said) == asked


def test_greetings_can_be_kept() -> None:
    assert without_fillers("ну привет, бот") == "привет, бот"


def test_only_wrapping_is_known_as_such() -> None:
    assert is_wrapping("здравствуйте, извините!")
    assert not is_wrapping("здравствуйте, где вы")


def test_questions_are_told_apart() -> None:
    text = "как получить субсидию? и еще где вы находитесь\nкогда прием"
    assert questions(text) == ["как получить субсидию?", "где вы находитесь", "когда прием"]
    assert questions("что еще и ещё") == ["что еще и ещё"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "как получить агростартап и сколько стоит регистрация",
            ["как получить агростартап", "сколько стоит регистрация"],
        ),
        ("1) где вы 2) когда прием", ["где вы", "когда прием"]),
        ("1. какие документы\n2. куда нести", ["какие документы", "куда нести"]),
        ("где и когда прием", ["где и когда прием"]),
        ("сломался трактор, и как теперь быть", ["сломался трактор, и как теперь быть"]),
        ("срок до 31.12. и 5.5 га", ["срок до 31.12.", "и 5.5 га"]),
    ],
)
def test_questions_of_one_sentence_are_told_apart(said: str, told: list[str]) -> None:
    assert questions(said) == told


def test_a_question_is_known_by_its_sign_or_first_word() -> None:
    assert is_question("это правда?")
    assert is_question("подскажите, сколько стоит")
    assert not is_question("у меня трактор")


@pytest.mark.parametrize("rest", ["", " . ", "заявка  ", "номер", "здравствуйте! заявка "])
def test_a_number_alone(rest: str) -> None:
    assert says_only_a_number(rest)


def test_a_number_with_a_question() -> None:
    assert not says_only_a_number("когда ответят по ")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="здравствуйте ну вопрос?.,!\n", max_size=100))
def test_nothing_is_invented(text: str) -> None:
    assert unwrapped(text) in text
    assert all(piece in text for piece in questions(text))
