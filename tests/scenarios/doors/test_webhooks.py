"""Messengers that push instead of being asked: the stories of the main job, and what can go wrong at the door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp
import asyncpg
import pytest
import pytest_asyncio

from bot.channels.telegram import keep as telegram_keep
from bot.channels.vk import keep as vk_keep
from bot.doctor import examine
from bot.domain.messages import Channel
from tests.people import Client
from tests.scenarios.main_job import test_answers, test_people, test_requests
from tests.world import World
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio

MESSENGERS = (Channel.TELEGRAM, Channel.VK)
STORIES: Sequence[Callable[[World, Channel], Awaitable[None]]] = (
    test_answers.test_first_contact_and_a_typed_question,
    test_answers.test_did_it_help_and_a_score_once,
    test_requests.test_an_appeal_from_start_to_receipt_and_status,
    test_people.test_a_person_joins_answers_and_leaves,
)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute between looks at the messengers is long for a story."""
    for module in (telegram_keep, vk_keep):
        monkeypatch.setattr(module, "CHECK_SECONDS", 0.2)
        monkeypatch.setattr(module, "RETRY_SECONDS", 0.5)
    monkeypatch.setattr(vk_keep, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(vk_keep, "GRACE_SECONDS", 2)


@pytest_asyncio.fixture
async def world(database_url: str, var: Path) -> AsyncIterator[World]:
    """Wednesday, 14:40 in the office; both messengers push."""
    async with a_world(database_url, var, by_webhook=True) as made:
        yield made


@pytest.mark.requirement("T1", "T2")
@pytest.mark.parametrize("channel", MESSENGERS, ids=lambda channel: channel.value)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_the_main_job(world: World, channel: Channel, story: Callable[[World, Channel], Awaitable[None]]) -> None:
    """The same words, and nobody polls."""
    await story(world, channel)
    assert not world.telegram.polled and not world.vk.polled
    assert world.telegram.pushed_to and world.vk.pushed_to


@pytest.mark.requirement("T1", "T2", "S4")
async def test_pushed_twice_out_of_order_forged_or_broken(world: World) -> None:
    """Everybody is answered once to each of his messages, and a forger reaches nobody."""
    for emulator in (world.telegram, world.vk):
        for kind in ("duplicate", "reorder", "forged"):
            emulator.faults.next(kind, 4)
    world.telegram.faults.next("malformed", 3)
    anna, ivan = world.client("Анна", Channel.TELEGRAM), world.client("Иван", Channel.VK)
    for client in (anna, ivan):
        for said in ("как получить агростартап", "как зарегистрировать трактор", "сельская ипотека"):
            await client.says(said)
    for client in (anna, ivan):
        await _heard(client, "агростартап", "трактор", "ипотек")
    await world.settled()
    await world.quiet()
    assert await world.value("SELECT count(*) FROM message WHERE direction = 'in'") == 6
    forged = world.telegram.state.webhook.history[-1].forged_answers
    assert forged and set(forged) == {403}


@pytest.mark.requirement("T1", "T2")
async def test_the_database_is_away_for_a_while(world: World) -> None:
    """The messengers are told to come again and do; a VK that has given us up is won back."""
    world.vk.state.callbacks.patience = 3
    anna, ivan = world.client("Анна", Channel.TELEGRAM), world.client("Иван", Channel.VK)
    await _allow_connections(world, False)
    await anna.says("как получить агростартап")
    await ivan.says("как получить агростартап")
    await _until(lambda: not world.vk.pushed_to and bool(world.telegram.state.webhook.failure))
    assert set(world.telegram.state.webhook.history[-1].answers) == {503}
    await _allow_connections(world, True)
    await anna.hears("Агростартап", patience=15)
    await ivan.hears("Агростартап", patience=15)


@pytest.mark.requirement("T1", "T2")
async def test_switching_there_and_back_while_people_write(database_url: str, var: Path) -> None:
    """Polling, webhook, polling: each question is answered once, whichever way and whenever it came."""
    async with a_world(database_url, var, starts=False) as world:
        assert world.balancer is not None
        world.settings = world.settings.model_copy(update={"public_url": world.balancer.url})
        clients = [world.client(f"Клиент {number}", MESSENGERS[number % 2]) for number in range(4)]
        for number, ingress in enumerate(("polling", "webhook", "polling", "webhook")):
            world.switches(ingress)
            async with world.running():
                for client in clients if number else ():
                    await client.hears("Агростартап", patience=20)
                await world.received_from()
                for client in clients:
                    await client.says("как зарегистрировать трактор")
                    await client.hears("трактор")
                await world.quiet()
            for client in clients:
                await client.says("как получить агростартап")
        assert await world.value("SELECT count(*) FROM message WHERE direction = 'in'") == 4 * 7


@pytest.mark.requirement("T1", "T2")
async def test_two_workers_behind_a_balancer(database_url: str, var: Path) -> None:
    """Every message is stored, handled and answered once, in the order of writing."""
    async with a_world(database_url, var, by_webhook=True, workers=2) as world:
        clients = [world.client(f"Клиент {n}", MESSENGERS[n % 2]) for n in range(12)]
        words = ("как получить агростартап", "как зарегистрировать трактор", "сельская ипотека")
        for said in words:
            for client in clients:
                await client.says(said)
        for client in clients:
            await client.hears("Агростартап", patience=20)
            await client.hears("трактор", patience=20)
            await client.hears("ипотек", patience=20)
        await world.settled()
        rows = await world.value(
            "SELECT array_agg(said) FROM (SELECT string_agg(text, '|' ORDER BY id) AS said FROM message"
            " WHERE direction = 'in' GROUP BY address_id) AS each"
        )
        assert rows == ["|".join(words)] * 12


@pytest.mark.requirement("T1", "T2", "S4")
async def test_a_stranger_at_the_door_learns_nothing(world: World) -> None:
    """Without the path nothing is found; with it, but without the secret, nothing is done."""
    secret = world.telegram.state.webhook.secret
    async with aiohttp.ClientSession() as session:
        for url in (world.telegram.state.webhook.url, next(iter(world.vk.state.callbacks.servers.values())).url):
            for body in (b"{}", b"\x00" * 50, b'{"update_id": 1}', b"[" * 10_000):
                async with session.post(url, data=body) as answer:
                    shown = await answer.text()
                    assert answer.status in (403, 429)
                    assert secret not in shown and "Traceback" not in shown and len(shown) < 20
    assert await world.value("SELECT count(*) FROM inbox") == 0


@pytest.mark.requirement("T1", "T2")
async def test_the_doctor_says_how_messengers_deliver(world: World) -> None:
    found = {one.what: one for one in await examine(world.settings, world.clock())}
    assert found["Telegram's updates"].fine and "by webhook at http" in found["Telegram's updates"].found
    assert found["VK's events"].fine and "'ok'" in found["VK's events"].found
    world.telegram.state.webhook.set({"url": "http://127.0.0.1:9/elsewhere"})
    world.vk.state.callbacks.clear()
    polled = world.settings.model_copy(update={"ingress": "polling"})
    found = {one.what: one for one in await examine(polled, world.clock())}
    assert not found["Telegram's updates"].fine and "takes it down" in found["Telegram's updates"].remedy


async def _heard(client: Client, *words: str) -> None:
    """Waits until all of them were said, in whatever order."""
    async with asyncio.timeout(15):
        said = ""
        while not all(word in said for word in words):
            said = (await client.transcript()).casefold()
            await asyncio.sleep(0.05)


async def _until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not met():
            await asyncio.sleep(0.02)


async def _allow_connections(world: World, allowed: bool) -> None:
    """Cut everybody off the database and let nobody in, or let them in again."""
    url, _, name = world.settings.database_url.rpartition("/")
    connection = await asyncpg.connect(f"{url}/postgres")
    try:
        await connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS {str(allowed).lower()}')
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    finally:
        await connection.close()
