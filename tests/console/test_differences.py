"""What differs between two texts of a template, as it is shown."""

from __future__ import annotations

import time

from bot.console.differences import Part, compared, differences


def test_words_that_went_stand_before_those_that_came() -> None:
    parts = compared("Работаем с 9:00 до 18:00.", "Работаем с 8:00 до 18:00.")
    assert parts == (Part("same", "Работаем с "), Part("gone", "9:00"), Part("new", "8:00"), Part("same", " до 18:00."))


def test_fields_by_language_in_the_order_of_the_editor() -> None:
    before = {"title": {"ru": "Часы"}, "short": {"ru": "С девяти.", "en": "From nine."}, "sensitive": False}
    after = {"title": {"ru": "Часы"}, "short": {"ru": "С восьми."}, "sensitive": True, "samples": {"ru": ["когда"]}}
    found = [(one.field, one.language, one.before, one.after) for one in differences(before, after)]
    assert found == [
        ("short", "ru", "С девяти.", "С восьми."),
        ("short", "en", "From nine.", ""),
        ("samples", "ru", "", "когда"),
        ("sensitive", "", "", "✓"),
    ]


def test_buttons_are_told_by_text_and_target_however_they_are_kept() -> None:
    kept = {"buttons": [{"text": {"ru": "Карта"}, "template": None, "service": None, "link": "https://e.invalid"}]}
    assert differences(kept, {"buttons": [{"text": {"ru": "Карта"}, "link": "https://e.invalid"}]}) == []
    (change,) = differences(kept, {})
    assert "Карта" in change.before


def test_long_texts_are_told_in_time() -> None:
    """However they are made: words that repeat are the worst for comparing one by one."""
    began = time.process_time()
    differences({"more": {"ru": "а б " * 10_000}}, {"more": {"ru": "б а " * 10_000}})
    differences({"more": {"ru": "а б " * 240}}, {"more": {"ru": "б а " * 240}})
    assert time.process_time() - began < 2
