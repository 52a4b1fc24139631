"""Whoever comes back to the page weeks later sees both sides of the conversation."""

from __future__ import annotations

import pytest

from bot.domain.messages import Channel
from bot.usecases.blank_old import blank_old
from bot.usecases.forget_old import forget_old
from tests.world import World

pytestmark = pytest.mark.asyncio


@pytest.mark.requirement("S1", "S5")
async def test_after_three_weeks_both_sides_are_there(world: World) -> None:
    anna = world.client("Анна", Channel.PAGE)
    await anna.says("как получить агростартап")
    first = await anna.hears("")
    await world.passes(days=21)
    assert await blank_old(world.runtime) > 0
    await anna.says("спасибо, а куда звонить")
    await anna.hears_on()
    again = world.client("Анна", Channel.PAGE)
    await again.returns(anna)
    heard = await again.hears(first.text[:40])
    assert heard.id < (await again.last()).id
    said = [line.text for line in await again.lines()]
    assert len(said) == len(set(said)), "nothing is shown twice"


@pytest.mark.requirement("S1")
async def test_texts_go_when_the_pack_says_so(world: World) -> None:
    """The demonstration keeps them for three years."""
    anna = world.client("Анна", Channel.TELEGRAM)
    await anna.says("как получить агростартап")
    await anna.hears("")
    assert await forget_old(world.runtime) == 0
    await world.passes(days=1096)
    assert await forget_old(world.runtime) >= 2
    assert await world.value("SELECT count(*) FROM message WHERE text IS NOT NULL") == 0
    assert await world.value("SELECT count(*) FROM message") >= 2
