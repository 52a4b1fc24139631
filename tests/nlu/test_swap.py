"""A new model serves when it is no worse than the former one on the pack's own questions; else the former stays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from knowledge_base.schema import Pack
from nlu.familiar import familiar_with
from nlu.rasa_client import RasaClient, RasaFailed
from nlu.reading import Ranking, Reader
from nlu.swap import Verdict, swap
from tests.emulators.rasa import Ill, RasaStub

OLD, NEW = "0123456789abcdef-old", "0123456789abcdef-new"
FOLDER = "/srv/models"


@pytest.fixture
def taught(tiny_pack: Pack) -> Mapping[str, str]:
    """Every test question as Rasa is asked it, with its slug."""
    reader = Reader(tiny_pack, familiar_with(()))
    asked = [(text, slug) for slug, texts in tiny_pack.questions.items() for text in texts]
    return {piece: slug for text, slug in asked for piece in reader.begin([text]).unjudged}


@pytest.fixture
async def stub(taught: Mapping[str, str]) -> AsyncIterator[RasaStub]:
    def good(text: str) -> Ranking:
        return [(taught.get(text, "appeal"), 0.9), ("appeal", 0.05)]

    def poor(text: str) -> Ranking:
        return [("road-repair", 0.9), ("working-hours", 0.1)]

    def of_another_agency(text: str) -> Ranking:
        return [("order-pizza", 0.9)]

    async with RasaStub(poor, OLD) as made:
        made.models = {
            f"{FOLDER}/{OLD}.tar.gz": (OLD, poor),
            f"{FOLDER}/{NEW}.tar.gz": (NEW, good),
            f"{FOLDER}/{NEW}2.tar.gz": (NEW + "2", of_another_agency),
        }
        yield made


@pytest.fixture
async def client(stub: RasaStub) -> AsyncIterator[RasaClient]:
    made = RasaClient(stub.url)
    yield made
    await made.close()


async def test_a_better_model_serves(stub: RasaStub, client: RasaClient, tiny_pack: Pack) -> None:
    done = await swap(client, tiny_pack, f"{FOLDER}/{NEW}.tar.gz")
    assert done.verdict is Verdict.SWAPPED
    assert done.former is not None
    assert done.new is not None
    assert done.new.right > done.former.right
    assert (done.former.model, done.new.model, stub.model) == (OLD, NEW, NEW)


async def test_a_worse_model_is_taken_back(stub: RasaStub, client: RasaClient, tiny_pack: Pack) -> None:
    done = await swap(client, tiny_pack, f"{FOLDER}/{NEW}2.tar.gz")
    assert done.verdict is Verdict.TAKEN_BACK
    assert stub.model == OLD


async def test_a_model_of_other_content_is_not_even_tried(stub: RasaStub, client: RasaClient, tiny_pack: Pack) -> None:
    done = await swap(client, tiny_pack, f"{FOLDER}/fedcba9876543210-new.tar.gz")
    assert done.verdict is Verdict.REFUSED
    assert (stub.model, stub.asked) == (OLD, [])


async def test_a_file_that_is_not_there_changes_nothing(stub: RasaStub, client: RasaClient, tiny_pack: Pack) -> None:
    done = await swap(client, tiny_pack, f"{FOLDER}/{NEW}3.tar.gz")
    assert (done.verdict, stub.model) == (Verdict.TAKEN_BACK, OLD)
    assert "rejected" in done.why


async def test_the_first_model_of_an_empty_rasa(stub: RasaStub, client: RasaClient, tiny_pack: Pack) -> None:
    stub.model = ""
    done = await swap(client, tiny_pack, f"{FOLDER}/{NEW}.tar.gz")
    assert (done.verdict, done.former, stub.model) == (Verdict.SWAPPED, None, NEW)


async def test_a_model_that_fails_is_lost_without_a_former_one(
    stub: RasaStub, client: RasaClient, tiny_pack: Pack
) -> None:
    stub.model, stub.ill = "", Ill.FAILING
    done = await swap(client, tiny_pack, f"{FOLDER}/{NEW}.tar.gz")
    assert done.verdict is Verdict.LOST


async def test_a_rasa_that_is_not_there_is_told_before_anything_happens(
    stub: RasaStub, client: RasaClient, tiny_pack: Pack
) -> None:
    await stub.dies()
    with pytest.raises(RasaFailed):
        await swap(client, tiny_pack, f"{FOLDER}/{NEW}.tar.gz")
