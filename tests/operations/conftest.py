"""A world to operate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.world import World
from tests.world import world as a_world


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest_asyncio.fixture
async def world(database_url: str, var: Path) -> AsyncIterator[World]:
    async with a_world(database_url, var) as made:
        yield made
