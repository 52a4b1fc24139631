"""The register of touchpoints: what a row needs, and how rows are found; its table is harmless in a spreadsheet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.touchpoint_words import RISKY, harmless
from bot.domain.touchpoints import Facts, Incomplete, Point, Wanted, fits, tidy
from knowledge_base.schema import Need
from tests.domain.talk import WEDNESDAY

FACTS = Facts("Личный приём", "Телефон", (Need.RESULT, Need.INFORMATION), False, True, "График приёма", True)


def test_a_row_is_kept_tidy() -> None:
    kept = tidy(replace(FACTS, process="  Личный \n приём ", needs=(*FACTS.needs, Need.RESULT)))
    assert (kept.process, kept.needs) == ("Личный приём", (Need.INFORMATION, Need.RESULT))


@pytest.mark.parametrize("lack", [{"process": " "}, {"place": ""}, {"needs": ()}, {"place": "ж" * 201}])
def test_a_row_that_lacks_something_is_refused(lack: dict[str, str]) -> None:
    with pytest.raises(Incomplete):
        tidy(replace(FACTS, **lack))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), True),
        (Wanted("график ТЕЛЕФОН"), True),
        (Wanted("портал"), False),
        (Wanted(process="Личный приём", need="result", kind="offline"), True),
        (Wanted(need="feedback"), False),
        (Wanted(kind="digital"), False),
        (Wanted(kind="little"), False),
    ],
)
def test_rows_are_found_by_all_that_is_wanted(wanted: Wanted, found: bool) -> None:
    assert fits(Point(1, FACTS, WEDNESDAY, None), wanted) is found


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    assert not harmless(text).startswith(RISKY)
    assert harmless(text).endswith(text)
