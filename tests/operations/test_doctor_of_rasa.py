"""The doctor on Rasa: what is wrong, and what to do about it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.checkups import Finding
from bot.config import ROOT, Settings
from bot.doctor import _rasa
from bot.storage.session import Database
from bot.usecases.publish_pack import publish_pack
from knowledge_base.load import load_pack
from tests.emulators.rasa import Ill, RasaStub

MINISTRY = ROOT / "knowledge_base" / "packs" / "ministry"
WEDNESDAY = dt.datetime(2026, 11, 25, 11, 40, tzinfo=dt.UTC)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, secret_key=SecretStr("a secret of sixteen"), var=tmp_path)


async def _found(settings: Settings, **more: Any) -> Finding:
    return await _rasa(settings.model_copy(update=more), database=True)


async def test_without_an_address_it_is_off_and_that_is_fine(settings: Settings) -> None:
    found = await _found(settings)
    assert (found.fine, found.found) == (True, "off (OTKLIK_RASA_URL is not set); the in-process engine answers")
    assert (await _found(settings, rasa_url="http://127.0.0.1:9", rasa_mode="off")).fine


async def test_a_rasa_with_the_model_of_the_live_release(settings: Settings, database_url: str) -> None:
    pack = load_pack(MINISTRY)
    db = Database(database_url, size=1)
    await publish_pack(db, pack, MINISTRY, WEDNESDAY)
    await db.close()
    async with RasaStub(lambda text: [("contacts", 0.9)], f"{pack.version}-code", token="right") as stub:
        right = {"rasa_url": stub.url, "rasa_token": SecretStr("right")}
        found = await _found(settings, **right)
        assert (found.fine, found.found) == (True, f"on, serves {pack.version}-code")
        denied = await _found(settings, rasa_url=stub.url, rasa_token=SecretStr("wrong"))
        assert not denied.fine
        assert "OTKLIK_RASA_TOKEN" in denied.remedy
        stub.model = "0123456789abcdef-code"
        other = await _found(settings, **right)
        assert not other.fine
        assert f"serves 0123456789abcdef-code, the live release is {pack.version}" in other.found
        assert "otklik nlu swap" in other.remedy
        stub.model = ""
        empty = await _found(settings, **right)
        assert (empty.fine, empty.found) == (False, "no_model")
        stub.model, stub.ill = f"{pack.version}-code", Ill.FAILING
        failing = await _found(settings, **right)
        assert (failing.fine, failing.found) == (False, "failed")
        await stub.dies()
        dead = await _found(settings, **right)
        assert (dead.fine, dead.found) == (False, "refused")
        assert "scripts/rasa serve" in dead.remedy
