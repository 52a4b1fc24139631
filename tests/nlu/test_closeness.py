"""Questions that are nearer to another topic than to their own are found; what decided a reading is told in parts."""

from __future__ import annotations

import pytest

from knowledge_base.schema import Pack
from nlu.closeness import strays
from nlu.explain import explain
from nlu.matcher import Matcher


@pytest.fixture(scope="module")
def plain(tiny_pack: Pack) -> Matcher:
    return Matcher.fit(tiny_pack, encoder=False)


def test_a_stray_question_is_found_with_what_it_reads_as(tiny_pack: Pack, plain: Matcher) -> None:
    """A new one as a client's question; one that was learned as if it had been left out."""
    stray = "почистите нам дорогу от снега"
    found = strays("working-hours", ["по каким дням вы работаете", stray], tiny_pack, plain)
    assert [(one.sample, one.slug) for one in found] == [(stray, "road-repair")]
    assert found[0].score > 0.5 > found[0].own
    assert found[0].text == "почистите снег"
    template = tiny_pack.templates["working-hours"]
    samples = {**template.samples, "ru": (*template.samples["ru"], stray)}
    taught = template.model_copy(update={"samples": samples})
    pack = tiny_pack.model_copy(update={"templates": {**tiny_pack.templates, "working-hours": taught}})
    engine = Matcher.fit(pack, encoder=False)
    assert engine.understand(stray).slug == "working-hours"
    assert stray in [one.sample for one in strays("working-hours", samples["ru"], pack, engine)]


@pytest.mark.parametrize("samples", [(), ("",), ("???",), ("ыыы",)])
def test_nothing_to_compare_is_nothing_found(tiny_pack: Pack, plain: Matcher, samples: tuple[str, ...]) -> None:
    assert strays("new-topic", samples, tiny_pack, plain) == []


def test_the_parts_of_an_explanation_are_its_whole(tiny_pack: Pack, plain: Matcher) -> None:
    told = explain("дорогу размыло у села", tiny_pack, plain)
    whole = {one.feature: one.weight for one in told.weighed}["(all words and letters)"]
    assert sum(one.weight for one in told.words) + told.letters == pytest.approx(whole, abs=0.01)
    assert told.words[0].feature == "дорога"
    assert told.meaning == 0.0
    assert told.near[0].slug == "road-repair"
    assert 0 < told.near[0].likeness <= 1


def test_what_is_near_to_a_sample_is_the_sample(tiny_pack: Pack, plain: Matcher) -> None:
    sample = tiny_pack.templates["milk-subsidy"].samples["ru"][0]
    told = explain(sample, tiny_pack, plain)
    assert told.near[0].slug == "milk-subsidy"
    assert told.near[0].likeness == pytest.approx(1.0, abs=0.01)
    lent = plain.lent_to(tiny_pack.model_copy(update={"version": "another"}))
    assert lent is not None
    assert explain(sample, tiny_pack, lent).near == told.near
