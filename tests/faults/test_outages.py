"""What a worker needs goes away for a while, or our own code fails: nothing is lost, clients are told."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
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


async def test_a_revoked_token_stops_nobody_else(deployment: Deployment) -> None:
    """The log says what to do, the doctor says it too, and the other doors stay open."""
    async with _everyone(deployment) as crowd:
        telegram, token = deployment.telegram, deployment.telegram.token
        telegram.token = "7:revoked-token-of-thirty-five-letters"
        telegram.cut_connections()
        deployment.telegram.client_says(CLIENT, QUESTION)
        for channel in (Channel.VK, Channel.PAGE):
            crowd.write(channel, 3)
        await _answered(crowd, 15)
        (worker,) = deployment.workers
        until = time.monotonic() + 20
        while "OTKLIK_TELEGRAM_TOKEN" not in worker.told():
            assert time.monotonic() < until, worker.told()
            await asyncio.sleep(0.2)
        assert token not in worker.told()
        telegram.token = token
        await telegram.wait_for(CLIENT, lambda sent: ANSWER in sent.text, timeout=40)


async def test_another_program_that_polls_our_token(deployment: Deployment) -> None:
    """Both cut each other short; what we get is handled once, and the log says what is the matter."""
    async with _everyone(deployment) as crowd:
        async with aiohttp.ClientSession() as session:
            for _ in range(5):
                await asyncio.sleep(0.5)
                url = f"{deployment.telegram.url}/bot{deployment.telegram.token}/getUpdates"
                with suppress(aiohttp.ClientError):
                    await (await session.post(url, json={"timeout": 0, "limit": 1})).read()
                crowd.write(Channel.TELEGRAM, 2)
        await _answered(crowd)
        assert "does another program poll this token?" in deployment.workers[0].told()


@pytest.mark.parametrize("refuse", ["expire_key", "lose_session"])
async def test_vks_long_poll_wants_a_new_key(deployment: Deployment, refuse: str) -> None:
    async with _everyone(deployment) as crowd:
        for _ in range(3):
            crowd.write(Channel.VK, 3)
            await _answered(crowd)
            getattr(deployment.vk, refuse)()
            await asyncio.sleep(0.3)
        crowd.write(Channel.VK, 3)
        await _answered(crowd)


async def test_a_blocked_channel_starves_no_other(deployment: Deployment) -> None:
    """Thousands of calls that wait for Telegram leave VK and the page as quick as they were."""
    async with _everyone(deployment) as crowd:
        deployment.telegram.faults.chance("too_many", 1.0, method="sendMessage", retry_after=30)
        await deployment.rows(BACKLOG)
        begun = time.monotonic()
        for channel in (Channel.VK, Channel.PAGE):
            crowd.write(channel, 6)
        while crowd.unfinished():
            assert time.monotonic() - begun < 6, "the others wait for Telegram"
            await asyncio.sleep(0.1)
            await crowd.look()


BACKLOG = """
    INSERT INTO outbox (conversation, channel, kind, target, body, created_at)
    SELECT 'telegram:backlog' || n % 5000, 'telegram', 'message', (5000000 + n % 5000)::text, '{"text":"later"}', now()
    FROM generate_series(1, 20000) AS n
"""


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
    """Once three workers more were lost with it alone, it is set aside without being touched."""
    telegram = deployment.telegram
    for attempt in range(5):
        worker = await deployment.start("deadly_handler")
        if not attempt:
            await telegram.wait_polled(20)
            telegram.client_says(CLIENT, f"{QUESTION} {KILLS}")
            telegram.client_says(CLIENT, QUESTION)
        if attempt < 4:
            await deployment.ended(worker, seconds=20)
            await deployment.rows("UPDATE inbox SET lease_until = '-infinity'")  # half a minute passes
    said = await telegram.wait_for(CLIENT, 2, timeout=20)
    assert OURS in said[0].text and ANSWER in said[1].text
    assert await deployment.value("SELECT attempts FROM inbox WHERE state = 'aside'") == 5


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
