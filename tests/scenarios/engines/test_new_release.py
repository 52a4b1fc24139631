"""The content changes while people talk: nobody restarts anything, and nobody is left without an answer."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import time
from pathlib import Path

import pytest

from bot.domain.messages import Channel
from bot.usecases.publish_pack import publish_pack
from knowledge_base.load import load_pack
from tests.world import World
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio
MINISTRY = Path(__file__).resolve().parents[3] / "knowledge_base" / "packs" / "ministry"
LEARNING = 240.0
"""Seconds that a busy machine may take to learn a pack."""


async def publishes(world: World, folder: Path) -> int:
    """What ``otklik kb import`` does."""
    return (await publish_pack(world.runtime.db, load_pack(folder), folder, world.clock())).release


@pytest.mark.timeout(300)
@pytest.mark.requirement("K10", "K11")
async def test_a_new_answer_is_known_without_a_restart(database_url: str, var: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MINISTRY, tmp_path / "pack"))
    template = folder / "templates" / "contacts.yml"
    async with a_world(database_url, var) as world:
        maria = world.client("Мария", Channel.TELEGRAM)
        await maria.says("спасибо")
        await maria.hears("Пожалуйста")
        texts = folder / "texts" / "ru.yml"
        texts.write_text(texts.read_text().replace("thanks: Пожалуйста.", "thanks: На здоровье."))
        template.write_text(template.read_text().replace("  ru:\n", "  ru:\n    - шуршунчики фырчат\n", 1))
        assert "шуршунчики" in template.read_text()
        engine = world.runtime.shelf.content.engine
        assert await publishes(world, folder) == 2
        deadline = time.monotonic() + LEARNING
        while world.runtime.shelf.content.release == 1:
            assert time.monotonic() < deadline, "the new release is not served"
            await asyncio.sleep(0.05)
        lent = world.runtime.shelf.content
        await maria.says("спасибо")
        await maria.hears("На здоровье")  # said at once; how people ask is still being learned
        while not world.runtime.shelf.content.learned:
            assert time.monotonic() < deadline, "the new release is not learned"
            await asyncio.sleep(0.1)
        content = world.runtime.shelf.content
        assert (content.release, content.pack.version) == (2, load_pack(folder).version)
        assert len({id(one.engine) for one in (content, lent)}) == 2
        assert content.engine is not engine
        await maria.says("шуршунчики фырчат")
        await maria.hears("Приозёрск")
        await maria.says("спасибо")
        await maria.hears("На здоровье")
        kept = await world.value("SELECT array_agg(DISTINCT release ORDER BY release) FROM message")
        assert kept == [1, 2]


@pytest.mark.timeout(300)
@pytest.mark.requirement("K3", "S5")
async def test_releases_change_while_many_write(database_url: str, var: Path, tmp_path: Path) -> None:
    """Nobody's message is lost or answered twice, and every answer is wholly of the release that it remembers."""
    folder = Path(shutil.copytree(MINISTRY, tmp_path / "pack"))
    texts, hours = folder / "texts" / "ru.yml", folder / "templates" / "working-hours.yml"
    before = texts.read_text(), hours.read_text()
    asked = ("спасибо", "когда вы работаете")
    async with a_world(database_url, var) as world:
        people = [world.client(f"Клиент {n}", (Channel.TELEGRAM, Channel.VK)[n % 2]) for n in range(6)]
        for one in people:
            await one.says("спасибо")
            await one.hears("Пожалуйста")
        said = 0
        for number in (2, 3, 4):
            texts.write_text(before[0].replace("thanks: Пожалуйста.", f"thanks: Пожалуйста, выпуск {number}."))
            hours.write_text(re.sub(r"(short:\n  ru: >-\n    )", rf"\1Выпуск {number}. ", before[1]))
            publishing = asyncio.create_task(publishes(world, folder))
            for question in asked * 2:
                await asyncio.gather(*(one.says(question) for one in people))
                said += len(people)
                await asyncio.sleep(0.3)
            assert await publishing == number
        deadline = time.monotonic() + LEARNING
        while world.runtime.shelf.content.release < 4:
            assert time.monotonic() < deadline, "the last release is not served"
            await asyncio.sleep(0.05)
        await asyncio.gather(*(one.says("спасибо") for one in people))
        await world.settled()
        await world.quiet()
        heard = await world.value("SELECT count(*) FROM message WHERE direction = 'in'")
        assert heard == said + 2 * len(people)
        told = await world.value(
            """SELECT json_agg(json_build_array(release, text)) FROM message
               WHERE direction = 'out' AND text ~ '(Пожалуйста|выпуск|Выпуск|Работаем)'"""
        )
        answers = [(release, re.findall(r"[Вв]ыпуск (\d)", text)) for release, text in json.loads(told)]
        assert len(answers) == heard
        assert {release for release, _ in answers} >= {1, 4}
        assert [one for one in answers if one[1] != ([str(one[0])] if one[0] > 1 else [])] == []
