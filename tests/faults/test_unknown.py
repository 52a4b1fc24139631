"""Calls that may have taken place: a worker was killed while it made them."""

from __future__ import annotations

import asyncio

import pytest

from tests.emulators.base import Emulator
from tests.faults.deployment import Deployment
from tests.faults.helper import Helper
from tests.faults.hooks import SHORT_LEASE_SECONDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

CLIENT = 900
QUESTION = "как взять землю в аренду"


async def _killed_while_sending(
    deployment: Deployment, emulator: Emulator, method: str, *, minute_passes: bool = True
) -> None:
    """The messenger has taken the reply, but the worker is killed before it learns so; its lease is over."""
    worker = await deployment.start()
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
    await deployment.telegram.wait_polled(20)
    emulator.faults.next("hang", method=method, seconds=20, after=True)
    say = deployment.telegram.client_says if emulator is deployment.telegram else deployment.vk.client_says
    say(CLIENT, QUESTION)
    await emulator.wait_for(CLIENT, 1)
    await deployment.kill(worker)
    if minute_passes:
        await deployment.rows("UPDATE outbox SET lease_until = '-infinity'")


async def _became(deployment: Deployment, state: str) -> str:
    """Waits for the state of the only call. Its cause."""
    await deployment.until("SELECT state = $1 FROM outbox", state)
    cause: str | None = await deployment.value("SELECT cause FROM outbox")
    return cause or ""


async def test_telegram_repeats_and_says_so(deployment: Deployment) -> None:
    await _killed_while_sending(deployment, deployment.telegram, "sendMessage")
    await deployment.start()
    assert (await _became(deployment, "sent")).startswith("unknown outcome")
    assert len(deployment.telegram.messages(CLIENT)) == 2


async def test_nobody_waits_a_minute_for_the_dead(deployment: Deployment) -> None:
    """The lease of a worker that was killed is free as soon as another has made sure."""
    await _killed_while_sending(deployment, deployment.telegram, "sendMessage", minute_passes=False)
    await deployment.start()
    await deployment.until("SELECT state = 'sent' FROM outbox", seconds=12)


async def test_telegram_holds_if_configured_so(deployment: Deployment) -> None:
    deployment.environment = {"OTKLIK_TELEGRAM_UNKNOWN": "hold"}
    await _killed_while_sending(deployment, deployment.telegram, "sendMessage")
    await deployment.start()
    assert await _became(deployment, "held")
    deployment.telegram.client_says(CLIENT, QUESTION)  # the conversation goes on
    await deployment.telegram.wait_for(CLIENT, 2)
    await asyncio.sleep(2)
    assert len(deployment.telegram.messages(CLIENT)) == 2


async def test_what_is_known_outlives_a_database_away_longer_than_a_lease(
    deployment: Deployment, keeper: Helper
) -> None:
    """The worker knows that its calls were made: it says so before it looks for calls to be made again."""
    await deployment.start("short_leases")
    telegram = deployment.telegram
    await telegram.wait_polled(20)
    telegram.faults.chance("delay", 1.0, method="sendMessage", seconds=1.5)
    for client in range(CLIENT, CLIENT + 10):
        telegram.client_says(client, QUESTION)
    await deployment.until("SELECT count(*) = 10 FROM outbox WHERE attempts = 1")
    await asyncio.to_thread(keeper.ask, do="stop")
    try:
        await asyncio.sleep(SHORT_LEASE_SECONDS + 1.5)
    finally:
        await asyncio.to_thread(keeper.ask, do="start")
    await deployment.settled()
    await asyncio.sleep(3)
    assert [len(telegram.messages(client)) for client in range(CLIENT, CLIENT + 10)] == [1] * 10
    assert await deployment.value("SELECT count(*) FROM outbox WHERE cause IS NULL AND attempts = 1") == 10


async def test_vk_recognises_a_repeat(deployment: Deployment) -> None:
    await _killed_while_sending(deployment, deployment.vk, "messages.send")
    await deployment.start()
    await _became(deployment, "sent")
    assert len(deployment.vk.messages(CLIENT)) == 1 and deployment.vk.repeats == 1


async def test_vk_is_not_asked_again_when_it_has_forgotten(deployment: Deployment) -> None:
    await _killed_while_sending(deployment, deployment.vk, "messages.send")
    await deployment.rows("UPDATE outbox SET first_tried_at = first_tried_at - interval '51 minutes'")
    await deployment.start()
    assert await _became(deployment, "unknown")
    assert deployment.vk.requests["messages.send"] == 1
