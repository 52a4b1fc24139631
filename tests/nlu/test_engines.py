"""Clients are understood whether Rasa is well or not, within its deadline, and never by half of each engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.schema import Pack
from nlu.engines import Engines, Live, Mode
from nlu.matcher import Matcher
from nlu.rasa_client import RasaClient
from nlu.rasa_home import PARALLEL, ROOM, Rasa
from nlu.reading import Ranking
from nlu.understanding import Understanding
from tests.emulators.rasa import Ill, RasaStub

QUESTION = "почему до сих пор не пришли деньги за литры которые сдаю на завод"
OTHER = "что дают тем кто держит пчёл на пасеке"
SEVERAL = "Как зарегистрировать старый трактор? Где получить деньги за литры молока? Куда звонить если горит поле?"


@pytest.fixture
async def stub(ministry: Matcher, ministry_pack: Pack) -> AsyncIterator[RasaStub]:
    def ranks(text: str) -> Ranking:
        return ministry.rank([text])[0]

    async with RasaStub(ranks, f"{ministry_pack.version}-code") as made:
        yield made


class Turned:
    """The breaker's clock."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture
async def live(stub: RasaStub, ministry: Matcher, ministry_pack: Pack, clock: Turned) -> AsyncIterator[Live]:
    rasa = Rasa(RasaClient(stub.url), clock=clock, deadline=0.2)
    await rasa.look()
    yield Live(ministry, ministry_pack.version, rasa)
    await rasa.client.close()


async def hears(live: Live, texts: Sequence[str], seconds: float = 5.0) -> list[Understanding]:
    return await live.hear(texts, asyncio.get_running_loop().time() + seconds)


def same(one: Understanding, other: Understanding) -> bool:
    """The same reading; texts asked alone and in a batch differ in a score's last digit."""

    def bare(read: Understanding) -> Understanding:
        return replace(read, engine="", ms=0.0, candidates=(), parts=tuple(map(bare, read.parts)))

    def ranked(read: Understanding) -> dict[str, float]:
        return {candidate.slug: candidate.score for candidate in read.candidates}

    pairs = [(one, other), *zip(one.parts, other.parts, strict=True)]
    return bare(one) == bare(other) and all(ranked(a) == pytest.approx(ranked(b), abs=2e-4) for a, b in pairs)


async def test_rasa_reads_as_the_engine_here_does_and_says_who_did(live: Live, stub: RasaStub) -> None:
    texts = ["спасибо", QUESTION, SEVERAL, "🙂", OTHER + ", мой телефон 8 900 777-66-55"]
    read = await hears(live, texts)
    assert [one.engine for one in read] == ["matcher", "rasa", "rasa", "matcher", "rasa"]
    assert {part.engine for part in read[2].parts} == {"rasa"}
    assert read[4].entities
    assert all(map(same, read, live.understand_all(texts)))
    assert stub.most_at_once <= PARALLEL


async def test_what_needs_no_ranking_is_not_asked(live: Live, stub: RasaStub) -> None:
    stub.asked.clear()
    read = await hears(live, ["", "🙂", "/start", "как получить агростартап"])
    assert [one.engine for one in read] == ["matcher"] * 4
    assert not any(text.startswith("/") or not text.strip() for text in stub.asked)


@pytest.mark.parametrize("ill", list(Ill))
async def test_a_sick_rasa_is_not_noticed(live: Live, stub: RasaStub, ill: Ill, clock: Turned) -> None:
    stub.ill, stub.seconds = ill, 30.0 if ill is Ill.SLOW else 0.0
    for _ in range(4):
        (read,) = await hears(live, [QUESTION], 0.1)
        assert read.engine == "matcher"
        assert same(read, live.understand(QUESTION))
    assert live.rasa is not None
    assert not live.rasa.breaker.allows
    stub.asked.clear()
    await hears(live, [QUESTION] * 5)
    assert stub.asked == [], "left alone"
    stub.ill, stub.seconds = None, 0.0
    clock.now += 1.0
    await live.rasa.look()
    assert (await hears(live, [QUESTION]))[0].engine == "rasa", "it comes back by itself"


async def test_a_killed_rasa_is_not_noticed(live: Live, stub: RasaStub, clock: Turned) -> None:
    await stub.dies()
    for _ in range(3):
        assert (await hears(live, [QUESTION]))[0].engine == "matcher"
    assert live.rasa is not None
    assert not live.rasa.breaker.allows
    clock.now += 1.0
    await live.rasa.look()
    assert not live.rasa.breaker.allows, "looked at and still dead"
    await stub.starts()
    clock.now += 2.0
    await live.rasa.look()
    assert (await hears(live, [QUESTION]))[0].engine == "rasa"


async def test_a_batch_waits_for_its_deadline_once_and_the_next_not_at_all(live: Live, stub: RasaStub) -> None:
    """However many messages hang, and however many pieces they have."""
    stub.ill = Ill.HUNG
    loop = asyncio.get_running_loop()
    texts = [f"{QUESTION} номер {n}. {OTHER} или {n}?" for n in range(32)]
    begun = loop.time()
    assert live.rasa is not None
    ranked = asyncio.ensure_future(live.rasa.rank(texts, live.version, live.matcher.reader.slugs, begun + 0.1))
    assert await ranked == {}
    assert stub.most_at_once <= PARALLEL
    assert not live.rasa.breaker.allows, "one wait is enough"
    assert await live.rasa.rank(texts, live.version, live.matcher.reader.slugs, begun + 1000) == {}


async def test_what_came_in_time_is_kept_and_the_rest_is_read_here(live: Live, stub: RasaStub) -> None:
    """A message is never read by half of each engine."""
    loop = asyncio.get_running_loop()
    begun = live.matcher.reader.begin([QUESTION, SEVERAL, OTHER])
    assert live.rasa is not None
    ranked = await live.rasa.rank(begun.unjudged, live.version, live.matcher.reader.slugs, loop.time() + 5)
    lost = begun.needs(1)[-1]
    read = live.read(begun, {text: ranking for text, ranking in ranked.items() if text != lost})
    assert [one.engine for one in read] == ["rasa", "matcher", "rasa"]
    assert {part.engine for part in read[1].parts} == {"matcher"}
    assert [one.text for one in read] == [QUESTION, SEVERAL, OTHER]


async def test_a_crowd_does_not_pile_up_at_rasa(live: Live, stub: RasaStub) -> None:
    stub.seconds = 0.01
    crowds = [hears(live, [f"{QUESTION} {name} {n}" for n in range(32)]) for name in ("а", "б", "в")]
    read = [one for crowd in await asyncio.gather(*crowds) for one in crowd]
    assert len(read) == 96
    assert {one.engine for one in read} == {"rasa", "matcher"}
    assert len(stub.asked) <= 3 * ROOM
    assert stub.most_at_once <= PARALLEL


async def test_a_model_of_another_release_is_not_asked(live: Live, stub: RasaStub, clock: Turned) -> None:
    stub.model = "ffffffffffffffff-code"
    clock.now += 6.0
    assert live.rasa is not None
    await live.rasa.look()
    stub.asked.clear()
    assert (await hears(live, [QUESTION]))[0].engine == "matcher"
    assert stub.asked == []
    stub.model = f"{live.version}-newer"
    clock.now += 6.0
    await live.rasa.look()
    assert (await hears(live, [QUESTION]))[0].engine == "rasa"


async def test_the_shadow_is_compared_and_never_waited_for(
    stub: RasaStub, ministry: Matcher, ministry_pack: Pack, tmp_path: Path, clock: Turned
) -> None:
    def ranks(text: str) -> Ranking:
        return [("milk-subsidy", 0.99)] if "пчел" in text else ministry.rank([text])[0]

    rasa = Rasa(RasaClient(stub.url), clock=clock)
    engines = Engines(tmp_path, rasa, Mode.SHADOW)
    live = Live(ministry, ministry_pack.version, rasa, engines.shadows)
    await rasa.look()
    stub.ranks, stub.asked = ranks, []
    read = await hears(live, [QUESTION, OTHER, "🙂"])
    assert [one.engine for one in read] == ["matcher"] * 3
    assert stub.asked == []
    pairs: list[tuple[Understanding, Understanding | None]] = []
    await engines.compare(asyncio.get_running_loop().time, lambda one, two: pairs.append((one, two)))
    assert [one.text for one, _ in pairs] == [QUESTION, OTHER]
    assert [two and two.engine for _, two in pairs] == ["rasa", "rasa"]
    assert [two and two.slug == one.slug for one, two in pairs] == [True, False]
    stub.ill = Ill.FAILING
    await hears(live, [QUESTION])
    await engines.compare(asyncio.get_running_loop().time, lambda one, two: pairs.append((one, two)))
    assert pairs[-1][1] is None
    await engines.close()
