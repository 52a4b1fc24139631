"""Request numbers, however they are typed."""

from __future__ import annotations

import pytest

from nlu.cleaning import clean
from nlu.numbers import NumberReader

READER = NumberReader(["ОТ", "ЖВ"])


@pytest.mark.parametrize(
    "typed",
    [
        "ОТ-2026-000123",
        "от-2026-000123",
        "OT-2026-000123",  # Latin letters
        "Oт-2026-000123",  # one of each
        "ОТ2026000123",
        "от 2026 123",
        "ОТ–2026–000123.",
        "где моё № ОТ - 2026 - 000123?",
        "(ОТ-2026-123)",
        "jn-2026-000123",  # the wrong layout
        "gde OT-2026-000123",
    ],
)
def test_a_number_is_found_and_told_as_published(typed: str) -> None:
    found = READER.find(clean(typed).text)
    assert found is not None
    assert found.number == "ОТ-2026-000123"


@pytest.mark.parametrize(
    "typed",
    [
        "письмо от 2026-12-01",
        "приказ от 2026 года",
        "от 2026.12.01",
        "работ-2026-1",
        "от 2026 1234567",
        "от 1999-000123",
        "2026-000123",
        "ХХ-2026-000123",
        "",
    ],
)
def test_what_only_looks_like_a_number_is_left_alone(typed: str) -> None:
    assert READER.find(clean(typed).text) is None


def test_every_series_has_its_prefix() -> None:
    found = READER.find("жв-2026-7 срочно")
    assert found is not None
    assert (found.number, found.rest.strip()) == ("ЖВ-2026-000007", "срочно")
    assert NumberReader([]).find("ОТ-2026-000123") is None
