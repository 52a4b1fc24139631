"""Who gets a pilot, and when its figures say something."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pilots import FEW, Audience, BadAudience, Pilot, Sample, Verdict, share, verdict
from bot.domain.profile import NOBODY, Profile

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.lists(st.integers(1, 100), min_size=2))
def test_a_client_stays_on_his_side_and_a_wider_share_takes_nobody_out(
    pilot: int, client: int, shares: list[int]
) -> None:
    admitted = [Audience(share=one).admits(pilot, client, NOBODY) for one in sorted(shares)]
    assert all(not before or after for before, after in pairwise(admitted))
    assert Audience("farmer", 100).admits(pilot, client, Profile("farmer"))
    assert not Audience("farmer", 100).admits(pilot, client, Profile("company"))
    assert not Audience("farmer", 100).admits(pilot, client, NOBODY)


def test_a_share_is_about_what_it_says_and_another_one_in_the_next_pilot() -> None:
    tenth = Audience(share=10)
    first, second = ({c for c in range(5000) if tenth.admits(pilot, c, NOBODY)} for pilot in (7, 8))
    assert 400 < len(first) < 600
    assert len(first & second) < 100
    assert Pilot(7, 6, tenth, NOW).admits(next(iter(first)), NOBODY)


@pytest.mark.parametrize("bad", [Audience(), Audience(share=0), Audience("farmer", 101)])
def test_a_pilot_for_everybody_or_nobody_is_none(bad: Audience) -> None:
    with pytest.raises(BadAudience):
        bad.check()


def sample(*values: float) -> Sample:
    return Sample(len(values), sum(values), sum(v * v for v in values))


def test_few_figures_and_small_differences_say_nothing() -> None:
    assert verdict(sample(*[5] * (FEW - 1)), sample(*[1] * 500)) is Verdict.FEW
    assert verdict(Sample(), Sample()) is Verdict.FEW
    assert verdict(sample(*[3, 4, 5] * 20), sample(*[3, 4, 5] * 30)) is Verdict.CHANCE
    assert verdict(share(12, 40), share(10, 40)) is Verdict.CHANCE
    assert verdict(sample(*[4] * 40), sample(*[4] * 40)) is Verdict.CHANCE


def test_clear_differences_say_who_does_better() -> None:
    good, bad = sample(*[4, 5] * 30), sample(*[1, 2] * 30)
    assert verdict(good, bad) is Verdict.BETTER
    assert verdict(bad, good) is Verdict.WORSE
    assert verdict(share(5, 100), share(40, 100), more_is_better=False) is Verdict.BETTER
    assert verdict(share(40, 100), share(5, 100), more_is_better=False) is Verdict.WORSE
