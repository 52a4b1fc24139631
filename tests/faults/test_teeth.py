"""The ledger has teeth: changed so that it may lose or double, the same worker is found out."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from bot.domain.messages import Channel
from tests.faults.crowd import Crowd
from tests.faults.deployment import Deployment
from tests.faults.hooks import COMMIT_SECONDS
from tests.faults.ledger import Findings, audit

WRITTEN = 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def _killed_while_storing(deployment: Deployment, hook: str) -> Findings:
    """A worker with a slow commit is killed in the middle of it; the next one does what is left to do."""
    crowd = Crowd(deployment, random.Random(1), messengers=WRITTEN)
    worker = await deployment.start(hook)
    await deployment.telegram.wait_polled(20)
    crowd.write(Channel.TELEGRAM, WRITTEN)
    await _handed_over(deployment)
    await asyncio.sleep(COMMIT_SECONDS / 2)
    await deployment.kill(worker)
    assert not await deployment.value("SELECT count(*) FROM inbox"), "the kill came too late"
    await deployment.start()
    await _all_confirmed(deployment)
    await deployment.settled()
    return await audit(deployment, crowd.pushed)


async def _handed_over(deployment: Deployment) -> None:
    """Waits until the updates are on their way into the database."""
    polls = deployment.telegram.requests["getUpdates"]
    until = time.monotonic() + 5
    while deployment.telegram.requests["getUpdates"] == polls and deployment.telegram.state.queue.handed == 0:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


async def test_acknowledging_before_the_commit_is_found_out(deployment: Deployment) -> None:
    findings = await _killed_while_storing(deployment, "acknowledge_first")
    assert findings.kinds() == {"lost": WRITTEN}, str(findings)


async def test_acknowledging_after_the_commit_loses_nothing(deployment: Deployment) -> None:
    findings = await _killed_while_storing(deployment, "slow_commit")
    assert not findings.problems, str(findings)
