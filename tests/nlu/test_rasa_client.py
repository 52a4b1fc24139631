"""Every way in which Rasa can fail has its name, and nothing doubtful is taken for a ranking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection

import pytest

from nlu.rasa_client import RasaClient, RasaFailed, Trouble, askable
from nlu.rasa_home import belongs, probe
from tests.emulators.rasa import Ill, RasaStub

KNOWN = {"working-hours", "milk-subsidy"}
RANKED = [("milk-subsidy", 0.75), ("working-hours", 0.25)]


@pytest.fixture
async def rasa() -> AsyncIterator[RasaStub]:
    async with RasaStub(lambda text: RANKED, "49d22a782e3edc1c-0a1b2c", token="a-token & more") as made:
        yield made


@pytest.fixture
async def client(rasa: RasaStub) -> AsyncIterator[RasaClient]:
    made = RasaClient(rasa.url + "/", "a-token & more")
    yield made
    await made.close()


async def _trouble(client: RasaClient, text: str = "субсидия", known: Collection[str] | None = KNOWN) -> Trouble:
    with pytest.raises(RasaFailed) as failed:
        await client.rank(text, known)
    return failed.value.trouble


async def test_a_ranking_and_the_model_it_comes_from(rasa: RasaStub, client: RasaClient) -> None:
    assert await client.rank("  субсидия на молоко ", KNOWN) == RANKED
    assert rasa.asked == ["субсидия на молоко"]
    assert await client.model() == "49d22a782e3edc1c-0a1b2c"


@pytest.mark.parametrize(
    ("ill", "trouble"),
    [
        (Ill.FAILING, Trouble.FAILED),
        (Ill.GARBAGE, Trouble.GARBAGE),
        (Ill.TRUNCATED, Trouble.GARBAGE),
        (Ill.HUGE, Trouble.GARBAGE),
        (Ill.MIXED_UP, Trouble.GARBAGE),
        (Ill.CUT, Trouble.REFUSED),
        (Ill.STRANGE, Trouble.STRANGE_INTENT),
    ],
)
async def test_a_sick_rasa(rasa: RasaStub, client: RasaClient, ill: Ill, trouble: Trouble) -> None:
    rasa.ill = ill
    assert await _trouble(client) is trouble
    rasa.ill = None
    assert await client.rank("субсидия", KNOWN) == RANKED


async def test_a_dead_rasa(rasa: RasaStub, client: RasaClient) -> None:
    await rasa.dies()
    assert await _trouble(client) is Trouble.REFUSED


async def test_a_wrong_token_and_no_model(rasa: RasaStub, client: RasaClient) -> None:
    other = RasaClient(rasa.url, "another")
    assert await _trouble(other) is Trouble.DENIED
    await other.close()
    rasa.model = ""
    with pytest.raises(RasaFailed) as failed:
        await client.model()
    assert failed.value.trouble is Trouble.NO_MODEL


@pytest.mark.parametrize(
    "told",
    [
        [],
        None,
        "working-hours",
        [{"name": "working-hours"}],
        [{"name": "working-hours", "confidence": "0.9"}],
        [{"name": "working-hours", "confidence": float("nan")}],
        [{"name": "working-hours", "confidence": 1.5}],
        [{"name": None, "confidence": 0.9}],
        [{"name": "nlu_fallback", "confidence": 0.9}],
        ["working-hours"],
    ],
)
async def test_what_is_no_ranking(
    rasa: RasaStub, client: RasaClient, monkeypatch: pytest.MonkeyPatch, told: object
) -> None:
    import json

    from tests.emulators.wire import Reply

    monkeypatch.setattr(rasa, "_parse", lambda text: Reply(json.dumps({"text": text, "intent_ranking": told}).encode()))
    assert await _trouble(client) is Trouble.GARBAGE


async def test_the_real_guess_behind_rasas_fallback_counts(rasa: RasaStub, client: RasaClient) -> None:
    rasa.ranks = lambda text: [("nlu_fallback", 0.3), ("working-hours", 0.28), ("milk-subsidy", 0.2)]
    assert await client.rank("субсидия", KNOWN) == [("working-hours", 0.28), ("milk-subsidy", 0.2)]


@pytest.mark.parametrize(
    ("text", "may"), [("", False), (" \n", False), ("/restart", False), (" /x", False), ("а/б", True)]
)
def test_what_rasa_would_misread_is_never_asked(text: str, may: bool) -> None:
    assert askable(text) is may


async def test_a_look_gives_up(rasa: RasaStub, client: RasaClient) -> None:
    rasa.ill = Ill.HUNG
    begun = asyncio.get_running_loop().time()
    with pytest.raises(RasaFailed) as failed:
        await probe(client, 0.05)
    assert failed.value.trouble is Trouble.TIMEOUT
    assert asyncio.get_running_loop().time() - begun < 5


def test_a_model_belongs_to_the_content_that_its_name_begins_with() -> None:
    assert belongs("49d22a782e3edc1c-0a1b2c", "49d22a782e3edc1c")
    assert not belongs("59d22a782e3edc1c-0a1b2c", "49d22a782e3edc1c")
    assert not belongs("", "49d22a782e3edc1c")
    assert not belongs("20261129-101112-soft-lake", "")
