"""Whatever comes in at the messengers' doors: no failure, nothing stuck, nothing revealed, and the next is served.

``OTKLIK_FUZZ=50000 pytest tests/scenarios/doors/test_fuzz.py`` sends so many instead of a few thousand.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from bot.channels.telegram.webhook import SECRET_HEADER
from bot.domain.messages import Channel
from tests import mutations
from tests.emulators.pushing import as_json
from tests.scenarios.doors.aftermath import all_is_well, own_hook
from tests.world import World
from tests.world import world as a_world

pytestmark = [pytest.mark.asyncio, pytest.mark.requirement("S4", "S5", "T1", "T2")]

COUNT = int(os.environ.get("OTKLIK_FUZZ", "2000"))
AT_ONCE = 16
PATIENCE = 30 + COUNT / 20
MESSENGERS = pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.VK], ids=lambda channel: channel.value)


@pytest.mark.timeout(60 + COUNT // 10)
@MESSENGERS
async def test_by_webhook(database_url: str, var: Path, channel: Channel) -> None:
    """Each gets a short answer that says nothing, and never a 500."""
    async with a_world(database_url, var, by_webhook=True) as world:
        statuses, said = await _posted(world, channel, COUNT // 4)
        assert set(statuses) <= {200, 400, 403, 429}, statuses
        assert statuses[200] > COUNT // 6
        assert {len(text) for text in said} <= set(range(20)), said
        await all_is_well(world, channel, PATIENCE)


@pytest.mark.timeout(60 + COUNT // 10)
@MESSENGERS
async def test_by_polling(database_url: str, var: Path, channel: Channel) -> None:
    async with a_world(database_url, var, by_webhook=False) as world:
        lot = random.Random(7)
        if channel is Channel.TELEGRAM:
            for _, update in mutations.telegram_updates(lot, COUNT // 4):
                update.pop("update_id", None)
                world.telegram.push_raw(update)
            await _until(lambda: not len(world.telegram.state.queue))
        else:
            for _, event in mutations.vk_events(lot, COUNT // 4):
                world.vk.push_raw(event)
            while await world.value("SELECT count(*) FROM inbox") < COUNT // 5:
                await asyncio.sleep(0.1)
        await all_is_well(world, channel, PATIENCE)


async def _posted(world: World, channel: Channel, count: int) -> tuple[Counter[int], set[str]]:
    """Statuses and texts of the answers."""
    lot, own = random.Random(11), own_hook(world, channel)
    statuses: Counter[int] = Counter()
    said: set[str] = set()
    assert world.balancer is not None
    site = world.balancer.url
    if channel is Channel.TELEGRAM:
        headers = {SECRET_HEADER: own.secret}
        first = 10**9
        found = ({"update_id": first + n, **u} for n, (_, u) in enumerate(mutations.telegram_updates(lot, count)))
    else:
        headers = {}
        found = ({**event, "secret": own.secret} for _, event in mutations.vk_events(lot, count))

    async def posts(session: aiohttp.ClientSession) -> None:
        for update in found:
            body = mutations.broken(as_json(update), lot)
            async with session.post(site + own.path, data=body, headers=headers) as answer:
                statuses[answer.status] += 1
                said.add(await answer.text())

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(posts(session) for _ in range(AT_ONCE)))
    return statuses, said


async def _until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not met():
            await asyncio.sleep(0.05)
