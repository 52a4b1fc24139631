"""The names of topics in the staff group tell how their cases stand, with as few calls as that takes."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.domain.messages import Channel
from tests.colleagues import Staff
from tests.emulators.telegram import STAFF_CHAT
from tests.emulators.telegram_groups import delete_topic
from tests.scenarios.desk.clerk import clerk
from tests.world import World

pytestmark = pytest.mark.asyncio

PATIENCE = 40.0
"""Names give way to posts, and wait a few seconds for what else may change."""


async def is_called(world: World, *parts: str) -> None:
    """Waits until the newest topic has such a name."""
    deadline = time.monotonic() + PATIENCE
    while not all(part in world.telegram.topics(STAFF_CHAT)[-1].name for part in parts):
        assert time.monotonic() < deadline, f"{parts}: {world.telegram.topics(STAFF_CHAT)[-1].name}"
        await asyncio.sleep(0.05)


async def renamed(world: World) -> int:
    """How often a topic was given another name, or is going to be."""
    return int(await world.value("SELECT count(*) FROM outbox WHERE kind = 'rename_topic'"))


@pytest.mark.requirement("E6")
async def test_a_topics_name_follows_its_case(world: World) -> None:
    """New, in work and answered in one breath are one call; late and closed are seen from the list of topics."""
    pavel: Staff = await world.staff("Павел", "front-office")
    ivan = world.client("Иван", Channel.VK)
    await ivan.says("позовите сотрудника")
    await pavel.sees("Просит сотрудника")
    assert world.telegram.topics(STAFF_CHAT)[-1].name == "🆕 №1 · ВКонтакте · новый"
    await pavel.presses("Беру")
    await ivan.hears("Разговор ведёт")
    await pavel.answers("Слушаю вас.")
    await ivan.hears("Слушаю вас")
    await is_called(world, "💬", "ответили")
    assert await renamed(world) <= 2
    await ivan.says("где моя субсидия")
    await pavel.sees("Клиент: где моя субсидия")
    await world.passes(hours=3)
    await is_called(world, "🔴", "срок прошёл")
    before = await renamed(world)
    await ivan.says("ау")
    await pavel.sees("Клиент: ау")
    assert await renamed(world) == before, "still late: nothing to call anew"
    await pavel.answers("Завтра придёт.")
    await ivan.hears("Завтра придёт")
    await pavel.presses("Закрыть")
    await ivan.hears("закрыл вопрос")
    await is_called(world, "✅ №1", "закрыт")


@pytest.mark.requirement("E6", "S5")
async def test_a_topic_deleted_before_it_got_its_name_is_not_made_again_for_that(world: World) -> None:
    """Tidied away after the case was closed: it stays away until there is something to say."""
    olga, pavel = await clerk(world, "Ольга"), await world.staff("Павел", "front-office")
    ivan = world.client("Иван", Channel.TELEGRAM)
    await ivan.says("позовите сотрудника")
    await pavel.sees("Просит сотрудника")
    await olga.opens()
    await olga.answers("Готово.")
    await ivan.hears("Готово")
    await olga.opens()
    await olga.closes(ask_score=False)
    await pavel.sees("Вопрос закрыт")
    delete_topic(world.telegram, STAFF_CHAT, await pavel.topic())
    deadline = time.monotonic() + PATIENCE
    while await world.value("SELECT count(*) FROM outbox WHERE kind = 'rename_topic' AND state = 'pending'"):
        assert time.monotonic() < deadline, "the name is still to be given"
        await asyncio.sleep(0.1)
    assert world.telegram.topics(STAFF_CHAT) == []
