"""A story leaves nothing behind: a hundred of them in one process would fill the memory."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

from bot.domain.messages import Channel
from tests.world import world as a_world


async def test_a_world_that_has_ended_is_freed(database_url: str, var: Path) -> None:
    async with a_world(database_url, var) as world:
        left: list[weakref.ref[Any]] = [
            weakref.ref(held) for held in (world.runtime.shelf.content.engine, world.runtime.db)
        ]
        for channel in Channel:
            client = world.client("Анна", channel)
            await client.says("привет")
            await client.hears("Чем")
        del client
    del world
    gc.collect()
    assert [found() for found in left] == [None, None]
