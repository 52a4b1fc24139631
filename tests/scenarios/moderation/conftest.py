"""Browsers for the stories of moderators."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.browsing import Office, an_office
from tests.console.conftest import clock as clock
from tests.console.conftest import house as house
from tests.console.conftest import runtime as runtime
from tests.world import World


@pytest_asyncio.fixture
async def office(world: World) -> AsyncIterator[Office]:
    async with an_office(world) as made:
        yield made
