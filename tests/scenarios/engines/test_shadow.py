"""Rasa in the shadow: clients are answered without it, and the doctor tells how alike both engines read them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.checkups import examine_shadow
from bot.config import ROOT
from bot.domain.messages import Channel
from knowledge_base.load import load_pack
from tests.emulators.rasa import RasaStub
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio
MILK = "у нас козы дойные, за их молоко тоже приплачиваете?"
BEES = "после работы опрыскивателя насекомые ползают и умирают возле ульев"


@pytest.mark.timeout(120)
async def test_the_doctor_tells_where_the_engines_differ(database_url: str, var: Path) -> None:
    version = load_pack(ROOT / "knowledge_base" / "packs" / "ministry").version
    async with (
        RasaStub(lambda text: [("milk-subsidy", 0.96), ("contacts", 0.02)], f"{version}-code") as stub,
        a_world(database_url, var, rasa_url=stub.url, rasa_mode="shadow") as world,
    ):
        assert (await examine_shadow(world.settings)).found == "no message was read by both engines yet"
        engines = world.runtime.engines
        assert engines is not None
        assert engines.rasa is not None
        async with asyncio.timeout(30):
            while not engines.rasa.breaker.allows:
                await asyncio.sleep(0.02)
        maria = world.client("Мария", Channel.TELEGRAM)
        for text, answer in ((MILK, "литр"), (BEES, "обработке"), (f"Подскажите, {BEES}", "обработке")):
            await maria.says(text)
            await maria.hears(answer)
        async with asyncio.timeout(30):
            while await world.value("SELECT coalesce(sum(times), 0) FROM comparison") < 3:
                await asyncio.sleep(0.05)
        found = await examine_shadow(world.settings)
        assert await world.value("SELECT count(*) FROM message WHERE engine = 'rasa'") == 0
    assert found.fine
    assert found.found == (
        "release 1: both engines read 1 of 3 messages alike. "
        "Apart most often (own engine / Rasa): answer bees-pesticides / answer milk-subsidy: 2"
    )
