"""SIGTERM under load: what was begun is finished, so nothing waits for a lease and nothing comes twice."""

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

STOP_SECONDS = 12.0
LEFT_SECONDS = 25.0
"""Less than any lease."""


async def test_sigterm_under_load(deployment: Deployment) -> None:
    crowd = Crowd(deployment, random.Random(5), messengers=60)
    worker = await deployment.start()
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
    await deployment.telegram.wait_polled(20)
    async with crowd.on_page(20):
        for channel in Channel:
            crowd.write(channel, 40)
        await deployment.until("SELECT count(*) > 20 FROM inbox WHERE state = 'done'")
        os.kill(worker.pid, signal.SIGTERM)
        await deployment.ended(worker, STOP_SECONDS)
        await crowd.look()
        assert crowd.unfinished(), "the worker had nothing left to do"
        await deployment.start()
        until = time.monotonic() + LEFT_SECONDS
        while crowd.unfinished():
            assert time.monotonic() < until, f"not answered: {crowd.unfinished()}\n{worker.told()}"
            await asyncio.sleep(0.2)
            await crowd.look()
        findings = await audit(deployment, crowd.pushed, crowd.shown)
    assert not findings.problems, str(findings)
    assert (findings.twice, findings.unknown) == (0, 0)
    assert "Traceback" not in worker.told(), worker.told()
