"""A release goes to some of the clients first; both sides are compared; then it goes to all, or back."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

import pytest

from bot.acting import Form
from bot.domain.drafts import State
from bot.domain.messages import Channel
from bot.domain.pilots import Audience, BadAudience, Ended, NoPilot, PilotRuns, Verdict, verdict
from bot.usecases.end_pilot import end_pilot
from bot.usecases.read_pilot import read_pilot
from bot.usecases.release_drafts import release_drafts
from tests.people import Client
from tests.scenarios.moderation.moderators import SOON, Moderator, moderator, served
from tests.world import World

pytestmark = pytest.mark.asyncio
QUESTION, OLD, NEW = "когда вы работаете", "с понедельника по четверг", "каждый день с 8:00 до 20:00"


async def approved(world: World, anna: Moderator) -> Moderator:
    """Анна's other text of the office hours, and Борис, who has approved it."""
    boris = await moderator(world, "Борис")
    await anna.edits("working-hours", "Теперь работаем каждый день с 8:00 до 20:00, без обеда.")
    await anna.submits("working-hours")
    await boris.approves("working-hours")
    await boris.opens("working-hours")
    return boris


async def pilots(world: World, who: Moderator, first: Audience) -> None:
    assert who.draft is not None
    form = Form(secrets.token_urlsafe(12))
    await release_drafts(world.runtime, who.staff.number, [who.draft.id], "проверяем", form, first)
    await until(lambda: (one := world.runtime.shelf.piloted) is not None and one.place.content.release == 2)


async def ends(world: World, who: Moderator, how: Ended) -> None:
    await end_pilot(world.runtime, who.staff.number, how, "посмотрели", Form(secrets.token_urlsafe(12)))
    await served(world, 3)
    await until(lambda: world.runtime.shelf.piloted is None)


async def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline, "the worker does not follow the pilot"
        await asyncio.sleep(0.1)


async def hears(one: Client, words: str) -> None:
    await one.says(QUESTION)
    await one.hears(words)


@pytest.mark.timeout(300)
@pytest.mark.requirement("K3")
async def test_one_segment_gets_a_release_first_and_then_all_do(world: World) -> None:
    """Мария has a household and gets the pilot, Иван does not; her appeal, begun before, just goes on."""
    anna = await moderator(world, "Анна")
    boris = await approved(world, anna)
    maria, ivan = world.client("Мария", Channel.TELEGRAM), world.client("Иван", Channel.VK)
    for one in (maria, ivan):
        await hears(one, OLD)
    await maria.forges("p:segment:household")
    await maria.hears("Запомнил: Держу подворье")
    await maria.forges("s:appeal")
    await maria.hears("Шаг 1")
    await pilots(world, boris, Audience("household"))
    await maria.says("когда вы работаете?")
    await maria.hears(NEW)
    await maria.hears("Шаг 1")
    await hears(ivan, OLD)
    by_channel = "SELECT array_agg(DISTINCT m.release ORDER BY m.release) FROM message m JOIN address a"
    by_channel += " ON a.id = m.address_id WHERE a.channel = $1"
    assert await world.value(by_channel, "telegram") == [1, 2]
    assert await world.value(by_channel, "vk") == [1]
    view = await read_pilot(world.runtime, anna.staff.number)
    assert view is not None
    assert (view.mine.clients, view.others.clients, view.alike) == (1, 1, False)
    assert (view.mine.unanswered.count, view.others.unanswered.count) == (1, 1)
    assert verdict(view.mine.scores, view.others.scores) is Verdict.FEW
    await anna.edits("contacts", "Звоните: +7 (000) 123-45-67.")
    await anna.submits("contacts")
    await boris.approves("contacts")
    with pytest.raises(PilotRuns):
        await boris.releases("contacts")
    await ends(world, anna, Ended.ALL)
    await hears(ivan, NEW)
    with pytest.raises(NoPilot):
        await ends(world, anna, Ended.STOPPED)


@pytest.mark.timeout(300)
@pytest.mark.requirement("K3")
async def test_a_pilot_that_does_worse_is_stopped(world: World) -> None:
    """While six people ask on and on it begins and is stopped: each answer is wholly of one release, none is lost."""
    anna = await moderator(world, "Анна")
    boris = await approved(world, anna)
    with pytest.raises(BadAudience):
        await pilots(world, boris, Audience())
    people = [world.client(f"Клиент {n}", (Channel.TELEGRAM, Channel.VK)[n % 2]) for n in range(6)]
    done, asked = asyncio.Event(), 0

    async def asks(one: Client) -> None:
        nonlocal asked
        while not done.is_set():
            await hears(one, "")
            asked += 1
            await asyncio.sleep(1)  # faster would be a flood

    async with asyncio.TaskGroup() as group:
        for one in people:
            group.create_task(asks(one))
        await pilots(world, boris, Audience(share=50))
        await until(lambda: asked > 12)
        await ends(world, anna, Ended.STOPPED)
        done.set()
    torn = "SELECT count(*) FROM message WHERE direction = 'out' AND (text LIKE '%8:00 до 20:00%') <> (release = 2)"
    assert await world.value(torn) == 0
    assert await world.value("SELECT count(*) FROM message WHERE direction = 'in'") == asked
    await hears(people[0], OLD)
    assert await world.value("SELECT max(release) FROM episode") == 3
    assert (await anna.opens("working-hours"))["short"]["ru"].startswith("Теперь работаем каждый день")
    assert anna.draft is not None
    assert anna.draft.state is State.DRAFT
    assert await world.value("SELECT ended FROM pilot") == "stopped"
