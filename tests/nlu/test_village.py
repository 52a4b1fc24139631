"""Short, vague, oblique and misspelt questions over all topics, as elderly and rural people type them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from knowledge_base.rules import plain
from knowledge_base.schema import Intent, Pack, Service, Template
from nlu.matcher import Matcher
from nlu.understanding import Outcome

ASKED: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "village.yml").read_text(encoding="utf-8"))
MOST_WRONG = 1
"""Confident answers to another question than was asked: the worst that can happen."""
LEAST_SERVED = 0.98
"""Share answered, or asked back with the right topic among the first three."""


def test_no_question_is_answered_wrong_and_nearly_all_are_served(ministry: Matcher) -> None:
    fates: dict[str, str] = {}
    for text, said in zip(ASKED, ministry.understand_all(list(ASKED)), strict=True):
        near = {candidate.slug for candidate in said.candidates[:3]} & set(ASKED[text])
        match said.outcome:
            case Outcome.UNKNOWN:
                fates[text] = "unknown"
            case Outcome.CLARIFY:
                fates[text] = "served" if near else "asked amiss"
            case _:
                fates[text] = "served" if said.slug in ASKED[text] else "wrong"
    counts = Counter(fates.values())
    lost = {text: fate for text, fate in fates.items() if fate != "served"}
    assert counts["wrong"] <= MOST_WRONG, lost
    assert counts["served"] >= LEAST_SERVED * len(ASKED), lost


def test_every_topic_is_asked_about(ministry_pack: Pack) -> None:
    asked = {slug for slugs in ASKED.values() for slug in slugs}
    assert set(ministry_pack.templates) - asked == set()
    assert len(ASKED) >= 150


def test_nothing_of_it_is_trained_on(ministry_pack: Pack) -> None:
    speaking: list[Template | Service | Intent] = []
    for kind in (ministry_pack.templates, ministry_pack.services, ministry_pack.intents):
        speaking += kind.values()
    taught = {plain(sample) for one in speaking for samples in one.samples.values() for sample in samples}
    assert [text for text in ASKED if plain(text) in taught] == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("как получить грант", {"agrostartup", "family-farm", "cooperative-grant"}),
        ("а как мне грант получить", {"agrostartup", "family-farm", "cooperative-grant"}),
    ],
)
def test_words_that_only_join_do_not_make_a_vague_question_clear(
    ministry: Matcher, typed: str, offered: set[str]
) -> None:
    said = ministry.understand(typed)
    assert said.outcome is Outcome.CLARIFY
    assert {candidate.slug for candidate in said.candidates[:3]} == offered


@pytest.mark.parametrize("likely", ["agrostartup", "family-farm", "cooperative-grant"])
def test_a_vague_question_is_asked_back_with_the_likeliest_topic_first(ministry: Matcher, likely: str) -> None:
    reader = ministry.reader
    begun = reader.begin(["как получить грант"])
    (said,) = reader.finish(begun, [[(likely, 0.6), ("milk-subsidy", 0.1)]], "matcher")
    assert said.outcome is Outcome.CLARIFY
    assert said.slug == likely
    assert {"agrostartup", "family-farm", "cooperative-grant"} <= {one.slug for one in said.candidates}


@pytest.mark.parametrize(("strange", "outcome"), [(0.05, Outcome.ANSWER), (0.1, Outcome.UNKNOWN)])
def test_what_may_well_be_out_of_scope_is_not_answered(ministry: Matcher, strange: float, outcome: Outcome) -> None:
    reader = ministry.reader
    begun = reader.begin(["где купить билет на самолёт до сочи"])
    (said,) = reader.finish(begun, [[("contacts", 0.8), ("out-of-scope", strange)]], "matcher")
    assert said.outcome is outcome
    assert said.candidates[0].slug == "contacts"
