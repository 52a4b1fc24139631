"""Fixtures of the stories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.messages import Channel
from tests.world import World
from tests.world import world as a_world


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Caches shared by all stories: the engine is fitted once."""
    return tmp_path_factory.mktemp("var")


@pytest_asyncio.fixture
async def world(database_url: str, var: Path) -> AsyncIterator[World]:
    """Wednesday, 14:40 in the office; Telegram, VK, the page and a staff group."""
    async with a_world(database_url, var) as made:
        yield made


@pytest.fixture(params=list(Channel), ids=lambda channel: channel.value)
def channel(request: pytest.FixtureRequest) -> Channel:
    """Every story is told on each channel."""
    found: Channel = request.param
    return found
