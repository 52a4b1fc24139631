"""SIGTERM: what was begun is finished, so nothing waits for a lease and nothing comes twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time

import pytest

from bot.domain.messages import Channel
from tests.faults.crowd import Crowd
from tests.faults.deployment import Deployment
from tests.faults.ledger import audit

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

STOP_SECONDS = 6.0
AT_ONCE_SECONDS = 3.0
HUNG_SECONDS = 25.0
LEFT_SECONDS = 25.0
"""Less than any lease."""


async def _serving(deployment: Deployment) -> None:
    await deployment.start()
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
    await deployment.telegram.wait_polled(20)


async def _answered(crowd: Crowd) -> None:
    until = time.monotonic() + LEFT_SECONDS
    while crowd.unfinished():
        assert time.monotonic() < until, f"not answered: {crowd.unfinished()}\n{crowd.deployment.logs()}"
        await asyncio.sleep(0.2)
        await crowd.look()


async def test_a_stop_under_load(deployment: Deployment) -> None:
    crowd = Crowd(deployment, random.Random(5), messengers=60)
    await _serving(deployment)
    worker = deployment.workers[0]
    async with crowd.on_page(20):
        for channel in Channel:
            crowd.write(channel, 40)
        await deployment.until("SELECT count(*) > 20 FROM inbox WHERE state = 'done'")
        os.kill(worker.pid, signal.SIGTERM)
        await deployment.ended(worker, STOP_SECONDS)
        await crowd.look()
        assert crowd.unfinished(), "the worker had nothing left to do"
        await deployment.start()
        await _answered(crowd)
        findings = await audit(deployment, crowd.pushed, crowd.shown)
    assert not findings.problems, str(findings)
    assert (findings.twice, findings.unknown) == (0, 0)
    assert "Traceback" not in worker.told(), worker.told()


async def test_a_call_that_hangs_at_the_stop(deployment: Deployment) -> None:
    """It is given up after a while; the calls beside it are not forgotten with it."""
    await _serving(deployment)
    worker, telegram = deployment.workers[0], deployment.telegram
    telegram.faults.next("hang", method="sendMessage", seconds=HUNG_SECONDS, after=True)
    telegram.faults.next("delay", 10, method="sendMessage", seconds=1.5, after=True)
    crowd = Crowd(deployment, random.Random(6), messengers=11)
    crowd.write(Channel.TELEGRAM, 11)
    await deployment.until("SELECT count(*) = 11 FROM outbox WHERE attempts = 1")
    os.kill(worker.pid, signal.SIGTERM)
    await deployment.ended(worker, HUNG_SECONDS - 5)
    assert await deployment.value("SELECT count(*) FROM outbox WHERE state = 'sent'") == 10
    assert await deployment.value("SELECT count(*) FROM outbox WHERE state = 'pending'") == 1
    assert "Traceback" not in worker.told(), worker.told()


async def test_who_does_not_lead_stops_at_once(deployment: Deployment) -> None:
    await _serving(deployment)
    other = await deployment.start()
    await asyncio.sleep(1)
    os.kill(other.pid, signal.SIGTERM)
    await deployment.ended(other, AT_ONCE_SECONDS)
    assert "Traceback" not in other.told(), other.told()
