"""What a worker needs goes away for a while, or our own code fails: nothing is lost, clients are told."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.domain.messages import Channel
from tests.emulators.telegram_updates import MALFORMED
from tests.faults.crowd import Crowd
from tests.faults.deployment import Deployment
from tests.faults.helper import Helper
from tests.faults.hooks import FAILS, KILLS
from tests.faults.ledger import audit

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

AWAY_SECONDS = 5.0
CLIENT = 700
QUESTION = "как взять землю в аренду"
ANSWER = "Участок сдаёт тот"
OURS = "это у нас"
"""From the text ``error.ours``."""


@asynccontextmanager
async def _everyone(deployment: Deployment) -> AsyncIterator[Crowd]:
    """A worker serves Telegram, VK and three visitors of the page."""
    await deployment.start()
    crowd = Crowd(deployment, random.Random(3), messengers=30)
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
    await deployment.telegram.wait_polled(20)
    async with crowd.on_page(3):
        yield crowd


async def _answered(crowd: Crowd, seconds: float = 45.0) -> None:
    """Waits until everything written is answered and shown, and that the ledger finds nothing wrong."""
    until = time.monotonic() + seconds
    while crowd.unfinished():
        assert time.monotonic() < until, f"not answered: {crowd.unfinished()}\n{crowd.deployment.logs()}"
        await asyncio.sleep(0.2)
        await crowd.look()
    findings = await audit(crowd.deployment, crowd.pushed, crowd.shown)
    assert not findings.problems, str(findings)


async def test_the_database_is_away(deployment: Deployment, keeper: Helper) -> None:
    async with _everyone(deployment) as crowd:
        for channel in Channel:
            crowd.write(channel, 3)
        await _answered(crowd)
        worker = deployment.workers[0]
        await asyncio.to_thread(keeper.ask, do="stop")
        try:
            for channel in Channel:
                crowd.write(channel, 6)
            await asyncio.sleep(AWAY_SECONDS)
            assert worker.alive, worker.told()
        finally:
            await asyncio.to_thread(keeper.ask, do="start")
        await _answered(crowd)
        refusals = [status for visitor in crowd.visitors for status in visitor.refusals.elements()]
        assert 503 in refusals and set(refusals) <= {0, 503}, refusals
        for channel in Channel:  # and not only what was waiting
            crowd.write(channel, 3)
        await _answered(crowd, 10)
        assert deployment.workers == [worker] and worker.alive


async def test_telegram_hangs_and_the_others_are_served(deployment: Deployment) -> None:
    async with _everyone(deployment) as crowd:
        faults = deployment.telegram.faults
        faults.chance("hang", 1.0, method="sendMessage", seconds=4.0)
        crowd.write(Channel.TELEGRAM, 30)
        await deployment.until("SELECT count(*) >= 20 FROM outbox WHERE state = 'pending' AND attempts > 0")
        begun = time.monotonic()
        for channel in (Channel.VK, Channel.PAGE):
            crowd.write(channel, 6)
        others = [one for one in crowd.pushed if one.channel is not Channel.TELEGRAM]
        while {(one.channel, one.key) for one in others} - crowd.finished:
            assert time.monotonic() - begun < 3.5, "the others wait for Telegram"
            await asyncio.sleep(0.05)
            await crowd.look()
        faults.clear()
        await _answered(crowd)


async def test_telegram_is_unreachable(deployment: Deployment) -> None:
    async with _everyone(deployment) as crowd:
        telegram = deployment.telegram
        port = int(telegram.url.rpartition(":")[2])
        telegram.faults.chance("delay", 1.0, method="sendMessage", seconds=3.0)
        crowd.write(Channel.TELEGRAM, 10)
        await deployment.until("SELECT count(*) >= 5 FROM outbox WHERE state = 'pending' AND attempts > 0")
        await telegram.stop()
        telegram.faults.clear()
        crowd.write(Channel.TELEGRAM, 10)
        await asyncio.sleep(AWAY_SECONDS)
        await telegram.start(port)
        await _answered(crowd)


async def test_telegram_refuses_everything_for_a_while(deployment: Deployment) -> None:
    async with _everyone(deployment) as crowd:
        faults = deployment.telegram.faults
        for method in ("sendMessage", "getUpdates"):
            faults.chance("error_502", 0.5, method=method)
            faults.chance("error_500", 0.5, method=method)
            faults.chance("too_many", 1.0, method=method, retry_after=1)
        crowd.write(Channel.TELEGRAM, 10)
        await asyncio.sleep(AWAY_SECONDS)
        faults.clear()
        await _answered(crowd)


async def test_a_handler_that_always_fails(deployment: Deployment) -> None:
    """After five attempts the message is set aside, the client is told, and the conversation goes on."""
    await deployment.start("broken_handler")
    telegram = deployment.telegram
    await telegram.wait_polled(20)
    failing = telegram.client_says(CLIENT, f"{QUESTION} {FAILS}")
    telegram.client_says(CLIENT, QUESTION)
    other = CLIENT + 1
    telegram.client_says(other, QUESTION)
    await telegram.wait_for(other, lambda sent: ANSWER in sent.text)
    assert not telegram.messages(CLIENT)
    said = await telegram.wait_for(CLIENT, 2, timeout=45)
    assert OURS in said[0].text and ANSWER in said[1].text
    row = (await deployment.rows("SELECT * FROM inbox WHERE external_id = $1", str(failing.update_id)))[0]
    assert (row["state"], row["attempts"]) == ("aside", 5)
    assert "ZeroDivisionError" in row["outcome"] and row["payload"]


async def test_an_update_that_kills_its_worker(deployment: Deployment) -> None:
    """Deaths count as failures: the sixth worker sets the update aside without touching it."""
    telegram = deployment.telegram
    for attempt in range(6):
        worker = await deployment.start("deadly_handler")
        if not attempt:
            await telegram.wait_polled(20)
            telegram.client_says(CLIENT, f"{QUESTION} {KILLS}")
            telegram.client_says(CLIENT, QUESTION)
        if attempt < 5:
            await deployment.ended(worker, seconds=20)
            await deployment.rows("UPDATE inbox SET lease_until = '-infinity'")  # half a minute passes
    said = await telegram.wait_for(CLIENT, 2, timeout=20)
    assert OURS in said[0].text and ANSWER in said[1].text
    assert await deployment.value("SELECT attempts FROM inbox WHERE state = 'aside'") == 6


async def test_malformed_updates_are_set_aside_and_counted(deployment: Deployment) -> None:
    await deployment.start()
    telegram, vk = deployment.telegram, deployment.vk
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
    await telegram.wait_polled(20)
    for update in MALFORMED:
        telegram.push_raw(dict(update))
    telegram.client_says(CLIENT, QUESTION)
    vk.push_raw({"type": "message_new", "object": {"message": {"peer_id": "seven", "text": 5}}})
    vk.push_raw({"type": "message_new", "event_id": "e" * 40, "object": []})
    vk.client_says(CLIENT, QUESTION)
    for emulator in (telegram, vk):
        await emulator.wait_for(CLIENT, lambda sent: ANSWER in sent.text)
    await deployment.settled()
    found = {
        row[0]: row[1]
        for row in await deployment.rows(
            "SELECT channel, count(*) FROM inbox WHERE state = 'aside' AND outcome = 'malformed' GROUP BY channel"
        )
    }
    assert found == {"telegram": len(MALFORMED), "vk": 2}


async def test_who_blocks_us_is_left_in_peace(deployment: Deployment) -> None:
    """A refusal for good is never tried again; whoever writes again is served again."""
    await deployment.start()
    telegram, vk = deployment.telegram, deployment.vk
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
    await telegram.wait_polled(20)
    telegram.client_says(CLIENT, QUESTION)
    vk.client_says(CLIENT, QUESTION)
    telegram.state.blocked.add(CLIENT)  # without an event: the refusal itself must do
    vk.state.denied.add(CLIENT)
    gone = "SELECT count(*) = 2 FROM address WHERE NOT reachable"
    await deployment.until(gone)
    calls = telegram.requests["sendMessage"], vk.requests["messages.send"]
    await asyncio.sleep(3)
    assert (telegram.requests["sendMessage"], vk.requests["messages.send"]) == calls == (1, 1)
    rows = await deployment.rows("SELECT state, attempts FROM outbox")
    assert {tuple(row) for row in rows} == {("failed", 1)}
    telegram.state.blocked.discard(CLIENT)
    vk.state.denied.discard(CLIENT)
    telegram.client_says(CLIENT, QUESTION)
    vk.client_says(CLIENT, QUESTION)
    for emulator in (telegram, vk):
        await emulator.wait_for(CLIENT, lambda sent: ANSWER in sent.text)
    assert await deployment.value("SELECT count(*) FROM address WHERE reachable") == 2


async def test_two_workers_start_at_once_on_an_empty_database(deployment: Deployment) -> None:
    first, second = deployment.spawn(), deployment.spawn()
    await asyncio.gather(deployment.ready(first), deployment.ready(second))
    assert await deployment.value("SELECT count(*) FROM alembic_version") == 1
    assert await deployment.value("SELECT count(*) FROM release") == 1
    crowd = Crowd(deployment, random.Random(4), messengers=10)
    async with crowd.on_page(4):
        for worker in (first, second):
            for _ in range(3):
                crowd.write(Channel.PAGE, 2)
            await _answered(crowd)
            if worker is first:
                await deployment.kill(first)
