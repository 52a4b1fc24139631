"""The engine's figures, held against those of the last release; and the bars that it must clear.

``figures.json`` is renewed on purpose only: ``OTKLIK_RENEW_FIGURES=1 .venv/bin/pytest tests/nlu/test_figures.py``,
and the commit says why they may fall.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from knowledge_base.rules import plain
from knowledge_base.schema import Intent, Pack, Service, Template
from nlu.embedding import encoder_name
from nlu.evaluate import Report, evaluate
from nlu.evaluate_data import Question, pack_questions, read_questions
from nlu.matcher import Matcher

HERE = Path(__file__).parent
KEPT = HERE / "figures.json"
HELD_OUT = ("first", "second", "third")
"""Written from the list of topics alone: the first before its author had seen a sample, the others after.

Each was measured before anything was changed on account of it: first .878 right at first place (.94 without the
services that were not there yet), second .908, third .886. Samples out of scope were added after the misses of the
first two had been seen, none after the third.
"""
FALL = 0.02
RENEW = "If the fall is meant: OTKLIK_RENEW_FIGURES=1 .venv/bin/pytest tests/nlu/test_figures.py"
BETTER_UP, BETTER_DOWN = ("accuracy", "first", "within_three", "answered_right"), ("wrong_given",)
FEW = 50
"""With fewer questions out of scope, one of them is more than two points."""


def _held_out(pack: Pack) -> list[Question]:
    """All of them whose intent the pack has, but those that a sample says word for word: they would prove nothing."""
    speaking: list[Template | Service | Intent] = [*pack.templates.values(), *pack.services.values()]
    speaking += pack.intents.values()
    taught = {plain(sample) for one in speaking for samples in one.samples.values() for sample in samples}
    known = {None, *(one.slug for one in speaking)}
    found = [one for name in HELD_OUT for one in read_questions(HERE / "held_out" / f"{name}.jsonl")]
    return [one for one in found if one.intent in known and plain(one.text) not in taught]


@pytest.fixture(scope="module")
def reports(ministry: Matcher, ministry_pack: Pack) -> dict[str, Report]:
    assert encoder_name(), "the figures are those of the engine with its sentence encoder: install it"
    return {
        "pack": evaluate(ministry, pack_questions(ministry_pack)),
        "held out": evaluate(ministry, _held_out(ministry_pack)),
    }


@pytest.mark.timeout(300)
def test_no_figure_falls_by_more_than_two_points(reports: dict[str, Report]) -> None:
    told = {name: asdict(report.shares) for name, report in reports.items()}
    if os.environ.get("OTKLIK_RENEW_FIGURES"):
        KEPT.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    fallen = []
    for name, now in told.items():
        up = BETTER_UP + (("rejected",) if now["out_of_scope"] >= FEW else ())
        fallen += [f"{name}: {key} {kept[name][key]} → {now[key]}" for key in up if now[key] < kept[name][key] - FALL]
        fallen += [
            f"{name}: {key} {kept[name][key]} → {now[key]}" for key in BETTER_DOWN if now[key] > kept[name][key] + FALL
        ]
    assert fallen == [], RENEW


@pytest.mark.timeout(300)
def test_the_bars_are_cleared(reports: dict[str, Report]) -> None:
    told = reports["pack"].shares
    assert told.first >= 0.90
    assert told.within_three >= 0.97
    assert told.wrong_given <= 0.03
    assert told.rejected >= 0.95


@pytest.mark.timeout(300)
def test_scores_mean_what_they_say(reports: dict[str, Report]) -> None:
    assert reports["pack"].calibration.error <= 0.07
    assert reports["held out"].calibration.error <= 0.07


def test_hardly_anything_held_out_is_a_sample(ministry_pack: Pack) -> None:
    # Two people ask «кто министр» in the same words; but whoever copies these questions into the samples is found.
    assert len(_held_out(ministry_pack)) >= 500
