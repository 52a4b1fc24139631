"""What a client only quotes is not what he asks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.cleaning import clean
from nlu.quotes import unquoted


@pytest.mark.parametrize(
    ("sent", "own"),
    [
        ("> Заявка принята, ждите ответа\nкогда ответите?", "когда ответите?"),
        ("| старое\n>> еще старше\nновое", "новое"),
        (
            "какие документы?\n\n----- Исходное сообщение -----\nОт: Министерство\nПриходите на ярмарку",
            "какие документы?",
        ),
        ("-------- Пересылаемое сообщение --------\n12.11.2026, 10:12, Иван <a@b.ru>:\nгде приём", "где прием"),
        ("Когда приём?\n12 нояб. 2026 г., 10:15 Иван <ivan@mail.ru>:\n> здравствуйте", "когда прием?"),
        ("Thanks, and when?\nOn Nov 12 at 10:15 Ivan wrote:\n> hello", "thanks, and when?"),
        ("----- Исходное сообщение -----\nОт: a@b.ru\nТема: субсидия\nкакие документы", "какие документы"),
        ("[12.11.2026 10:12] Иван Петров: где моя заявка", "где моя заявка"),
        ("> только цитата", "только цитата"),
        ("сколько дают если > 5 га", "сколько дают если > 5 га"),
        ("> 5 га можно?", "> 5 га можно?"),
        ("вопрос: как получить грант", "вопрос: как получить грант"),
        ("мои вопросы:\nгде вы\nкогда прием", "мои вопросы:\nгде вы\nкогда прием"),
        ("а - б --- в", "а - б - в"),
    ],
)
def test_quoted_history_is_left_out(sent: str, own: str) -> None:
    assert clean(sent).text == own


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="> |-_:отпишет0129.,\n", max_size=120))
def test_something_is_always_left_of_words(text: str) -> None:
    assert bool([c for c in unquoted(text) if c.isalnum()]) == bool([c for c in text if c.isalnum()])
