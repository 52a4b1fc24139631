"""The way between a worker and the database breaks in silence: its place is taken, and it learns of it."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from bot.domain.messages import Channel
from tests.faults.crowd import Crowd
from tests.faults.deployment import Deployment
from tests.faults.ledger import audit
from tests.faults.proxy import proxy_to

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

LEARNS_SECONDS = 5.0
"""After this the worker that was cut off polls no more."""
PEACE_SECONDS = 6.0
CONFLICT = "409 Conflict"
"""Two who poll cut each other short, again and again."""


async def test_a_worker_cut_off_gives_up_its_lead(deployment: Deployment) -> None:
    direct = deployment.database_url
    async with proxy_to(direct) as way:
        deployment.environment = {"OTKLIK_DATABASE_URL": way.url}
        parted = await deployment.start("short_leases")
        await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")
        await deployment.telegram.wait_polled(20)
        deployment.environment = {}
        other = await deployment.start("short_leases")
        way.part()
        await asyncio.sleep(LEARNS_SECONDS)
        before = [worker.told().count(CONFLICT) for worker in (parted, other)]
        await asyncio.sleep(PEACE_SECONDS)
        after = [worker.told().count(CONFLICT) for worker in (parted, other)]
        assert after == before, deployment.logs()
        crowd = Crowd(deployment, random.Random(7), messengers=20)
        begun = time.monotonic()
        for channel in (Channel.TELEGRAM, Channel.VK):
            crowd.write(channel, 20)
        while crowd.unfinished():
            assert time.monotonic() - begun < 15, f"not answered: {crowd.unfinished()}\n{deployment.logs()}"
            await asyncio.sleep(0.2)
            await crowd.look()
        findings = await audit(deployment, crowd.pushed)
        assert not findings.problems, str(findings)
        await deployment.close()
