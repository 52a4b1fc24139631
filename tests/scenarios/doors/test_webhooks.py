"""The stories of the main job, with messengers that push instead of being asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.messages import Channel
from tests.world import World
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio

MESSENGERS = pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.VK], ids=lambda c: c.value)


@pytest_asyncio.fixture
async def world(database_url: str, var: Path) -> AsyncIterator[World]:
    """Wednesday, 14:40 in the office; both messengers push."""
    async with a_world(database_url, var, by_webhook=True) as made:
        yield made


@pytest.mark.requirement("T1", "T2")
@MESSENGERS
async def test_a_question_is_answered(world: World, channel: Channel) -> None:
    """Nobody polls, and the answer comes as ever."""
    anna = world.client("Анна", channel)
    await anna.starts()
    await anna.hears("")
    await anna.says("как получить агростартап")
    await anna.hears("Агростартап")
    emulator = world.telegram if channel is Channel.TELEGRAM else world.vk
    assert not emulator.polled and emulator.pushed_to
