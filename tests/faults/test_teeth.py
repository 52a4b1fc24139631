"""The ledger has teeth: the same worker, changed so that it may lose or double, is found out."""

from __future__ import annotations

import asyncio
import random

import pytest

from bot.domain.messages import Channel
from tests.faults.crowd import Crowd
from tests.faults.deployment import Deployment
from tests.faults.hooks import COMMIT_SECONDS
from tests.faults.ledger import Findings, audit

WRITTEN = 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def _killed_while_storing(deployment: Deployment, hook: str) -> tuple[int, Findings]:
    """A worker with a slow commit is killed in the middle of it, the next one does what is left to do.

    How many updates were still to be handed out at the kill, and what the ledger finds at the end.
    """
    crowd = Crowd(deployment, random.Random(1), messengers=WRITTEN)
    worker = await deployment.start(hook)
    await deployment.telegram.wait_polled(20)
    crowd.write(Channel.TELEGRAM, WRITTEN)
    await asyncio.sleep(COMMIT_SECONDS / 3)
    await deployment.kill(worker)
    assert not await deployment.value("SELECT count(*) FROM inbox"), "the kill came too late"
    left = len(deployment.telegram.state.queue)
    await deployment.start()
    await deployment.until("SELECT count(*) >= $1 FROM inbox", left)
    await deployment.settled()
    return left, await audit(deployment, crowd.pushed)


async def test_acknowledging_before_the_commit_is_found_out(deployment: Deployment) -> None:
    left, findings = await _killed_while_storing(deployment, "acknowledge_first")
    assert left == 0
    assert findings.kinds() == {"lost": WRITTEN}, str(findings)


async def test_acknowledging_after_the_commit_loses_nothing(deployment: Deployment) -> None:
    left, findings = await _killed_while_storing(deployment, "slow_commit")
    assert left == WRITTEN
    assert not findings.problems, str(findings)


@pytest.mark.parametrize(("hook", "doubled"), [(None, 0), ("random_keys", 5)])
async def test_a_repeat_that_vk_can_not_recognise_is_found_out(
    deployment: Deployment, hook: str | None, doubled: int
) -> None:
    crowd = Crowd(deployment, random.Random(2), messengers=WRITTEN)
    await deployment.start(hook)
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
    deployment.vk.faults.next("drop", 5, method="messages.send", after=True)
    crowd.write(Channel.VK, WRITTEN)
    await deployment.until("SELECT count(*) >= $1 FROM inbox", WRITTEN)
    await deployment.settled()
    findings = await audit(deployment, crowd.pushed)
    assert findings.kinds() == ({"duplicated": doubled} if doubled else {}), str(findings)
