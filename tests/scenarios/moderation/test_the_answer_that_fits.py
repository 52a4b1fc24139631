"""One question, another answer for another client: he says himself who he is, and takes it back when he likes."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from bot.usecases.erase_client import erase_client
from bot.usecases.export_client import export_client
from tests.world import World

pytestmark = pytest.mark.asyncio
QUESTION = "меры поддержки"


@pytest.mark.requirement("A6", "C2", "S1")
async def test_who_says_who_he_is_gets_the_answer_for_him(world: World) -> None:
    """Мария keeps a cow, Иван has not told; she sees it in her copy; an erased client has told nothing."""
    maria, ivan = world.client("Мария", Channel.TELEGRAM), world.client("Иван", Channel.VK)
    for one in (maria, ivan):
        await one.says(QUESTION)
        await one.hears("Помогаем тремя способами")
    await maria.presses("Точнее для меня")
    await maria.hears("Кто вы?")
    await maria.presses("Держу подворье")
    await maria.hears("Запомнил: Держу подворье")
    await maria.says(QUESTION)
    await maria.hears("Личному подворью платим за дойную корову")
    await ivan.says(QUESTION)
    await ivan.hears("Помогаем тремя способами")
    runtime, now = world.runtime, world.runtime.clock()
    number = await world.value("SELECT client_id::text FROM profile")
    copy = await export_client(
        runtime.db, runtime.cipher, runtime.shelf.content.pack, number, actor="operator", now=now
    )
    assert copy["Кто вы"] == ["Держу подворье"]
    await erase_client(runtime.db, number, actor="operator", now=now)
    assert await world.value("SELECT count(*) FROM profile") == 0
