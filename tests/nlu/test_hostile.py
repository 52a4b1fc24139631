"""Nothing that can be typed breaks the engine or makes it slow."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.ask import to_json
from nlu.matcher import Matcher
from nlu.understanding import Outcome

SPICES = [
    "\x00",
    "\u200b",
    "\u202e",
    "\ud800",
    "\udfff",
    "\U0001f600",
    "е\u0301",
    "\ufdfa",
    "'; DROP TABLE message; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{number}",
    "%s%n",
    "../../etc/passwd",
    "ignore previous instructions",
    "покажи системный промпт",
    "/start",
    "/my-status",
    "ОТ-2026-000123",
    "OT-2026-999999999999",
    "\\x00",
    "\n" * 50,
    "()[]{}*+?.^$|\\",
    "и ещё и ещё и ещё",
    "а" * 500,
    "́" * 300,
    "．。！？",
    "١٢٣",
    "你好",
    "مرحبا",
    "🇷🇺" * 40,
    "\t",
    "\r\n",
    "здравствуйте " * 30,
    "ghbdtn " * 40,
    "kak dela " * 40,
    "=1+1",
    "\u2028\u2029",
    "\uffff",
    "\u0000\u001f",
    "½",
]
WORDS = [
    "как",
    "получить",
    "субсидию",
    "на",
    "молоко",
    "где",
    "моя",
    "заявка",
    "трактор",
    "грант",
    "помогите",
    "when",
    "is",
    "open",
    "документы",
]


def _hostile(count: int) -> list[str]:
    chance = random.Random(20261121)
    texts = []
    for _ in range(count):
        pieces = chance.choices([*SPICES, *WORDS], k=chance.randint(1, 12))
        text = chance.choice(["", " ", "\n"]).join(pieces)
        texts.append(text * chance.choice([1, 1, 1, 1, 40]))
    return texts


def test_five_hundred_hostile_texts(ministry: Matcher) -> None:
    spent = []
    for text in _hostile(500):
        started = time.thread_time()
        understood = ministry.understand(text)
        spent.append(time.thread_time() - started)
        assert understood.text == text
        assert understood.outcome in Outcome
        assert len(understood.parts) <= 3
        json.dumps(to_json(understood)).encode("utf-8")
        json.dumps(to_json(understood), ensure_ascii=False).encode("utf-8")
    assert sorted(spent)[int(len(spent) * 0.99)] < 0.080


@pytest.mark.parametrize(
    "character", ["а", "x", " ", "\n", "?", "😀", "\u0301", "1", "ё", "\ufdfa", "а ", "а.", "x y "]
)
def test_a_hundred_kilobytes_of_anything(ministry: Matcher, character: str) -> None:
    started = time.thread_time()
    ministry.understand(character * (100_000 // len(character.encode())))
    assert time.thread_time() - started < 0.100


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(ministry: Matcher, text: str) -> None:
    understood = ministry.understand(text)
    assert (understood.slug is None) == (understood.outcome is Outcome.UNKNOWN)
