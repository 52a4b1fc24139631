"""The leaky bucket that holds off floods."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import flood
from bot.domain.dialog import Dialog
from bot.domain.flood import Pressure

START = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def pressures(waits: list[float], dialog: Dialog | None = None) -> list[Pressure]:
    """What each message meets, after waiting as told."""
    dialog, now, met = dialog or Dialog("ru"), START, []
    for wait in waits:
        now += dt.timedelta(seconds=wait)
        dialog, pressure = flood.press(dialog, now)
        met.append(pressure)
    return met


def test_a_burst_passes_then_one_warning_then_silence() -> None:
    met = pressures([0.0] * (flood.BURST + 5))
    assert met == [Pressure.NORMAL] * flood.BURST + [Pressure.WARN] + [Pressure.HOLD] * 4


def test_whoever_waits_is_heard_again() -> None:
    assert pressures([0.0] * 30 + [10.0])[-1] is Pressure.NORMAL


def test_whoever_goes_on_is_held_and_warned_again_only_after_a_rest() -> None:
    met = pressures([0.0] * 30 + [1.0] * 10)
    assert met.count(Pressure.WARN) <= 6
    assert Pressure.NORMAL not in met[flood.BURST :]


@given(st.integers(1, 300))
def test_one_message_in_two_seconds_never_meets_it(count: int) -> None:
    assert set(pressures([1 / flood.LEAK] * count)) == {Pressure.NORMAL}


@given(st.lists(st.floats(-100, 1000, allow_nan=False), max_size=80))
def test_the_level_stays_within_bounds_whatever_the_clock_does(waits: list[float]) -> None:
    dialog, now = Dialog("ru"), START
    for wait in waits:
        now += dt.timedelta(seconds=wait)
        dialog, pressure = flood.press(dialog, now)
        assert 0 < dialog.flood_level <= flood.BURST + 2
        assert (pressure is Pressure.NORMAL) == (dialog.flood_level <= flood.BURST)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=80), st.integers(0, 79))
def test_waiting_longer_never_makes_it_worse(waits: list[float], place: int) -> None:
    longer = [*waits]
    longer[place % len(waits)] += 10
    worse = [Pressure.NORMAL, Pressure.WARN, Pressure.HOLD].index
    if pressures(waits)[-1] is Pressure.NORMAL:
        assert worse(pressures(longer)[-1]) == 0


@given(st.lists(st.floats(0, 3), min_size=1, max_size=120))
def test_nobody_is_held_without_a_warning_before(waits: list[float]) -> None:
    met = pressures(waits)
    for place, pressure in enumerate(met):
        if pressure is Pressure.HOLD:
            before = [p for p in met[:place] if p is not Pressure.HOLD]
            assert before[-1] is Pressure.WARN
