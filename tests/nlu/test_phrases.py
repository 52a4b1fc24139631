"""Greetings around a question are taken off; several questions are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.phrases import is_wrapping, questions, says_only_a_number, unwrapped, without_fillers


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
