"""Marks of a response term reach the staff exactly once, whatever happens to the workers meanwhile."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from pathlib import Path

import pytest

from tests.emulators.telegram import STAFF_CHAT
from tests.faults.deployment import Deployment
from tests.faults.marks import seen

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

CLIENT = 800
QUIET_SECONDS = 2.5
"""Longer than the pause between two ticks."""


async def test_each_mark_exactly_once_across_kills(deployment: Deployment, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    turn = clock.write_text
    deployment.environment = {"OTKLIK_CLOCK_FILE": str(clock), "OTKLIK_TELEGRAM_STAFF_CHAT": str(STAFF_CHAT)}
    worker = await deployment.start()
    await deployment.telegram.wait_polled(20)
    deployment.telegram.client_says(CLIENT, "позовите оператора")
    await deployment.until("SELECT count(*) = 3 FROM timer WHERE state = 'set'")
    await deployment.settled()
    assert seen(deployment) == {}

    await deployment.kill(worker)
    turn(await _ahead(deployment, "warn"))
    worker = await deployment.start()
    await _sees(deployment, {"warn": 1})
    await deployment.kill(worker)
    worker = await deployment.start()  # a restart alone repeats nothing
    await _sees(deployment, {"warn": 1})

    await deployment.kill(worker)
    turn(await _ahead(deployment, "supervisor"))
    both = deployment.spawn(), deployment.spawn()  # they race for two marks that are due at once
    await asyncio.gather(*map(deployment.ready, both))
    await _sees(deployment, {"warn": 1, "alarm": 1, "supervisor": 1})
    for one in both:
        await deployment.kill(one)
    await deployment.start()
    await _sees(deployment, {"warn": 1, "alarm": 1, "supervisor": 1})
    assert await deployment.value("SELECT count(*) FROM timer WHERE state = 'fired'") == 3


async def _ahead(deployment: Deployment, kind: str) -> str:
    """By how many seconds a clock must be ahead to stand just behind a mark."""
    at: dt.datetime = await deployment.value("SELECT fire_at FROM timer WHERE kind = $1", kind)
    return str((at - dt.datetime.now(dt.UTC)).total_seconds() + 1)


async def _sees(deployment: Deployment, wanted: dict[str, int]) -> None:
    """Waits for these marks in the staff group, and then that nothing else comes."""
    until = time.monotonic() + 20
    while seen(deployment) != wanted:
        assert time.monotonic() < until, (
            f"{seen(deployment)} instead of {wanted}\n{deployment.telegram.transcript(STAFF_CHAT)}\n{deployment.logs()}"
        )
        await asyncio.sleep(0.1)
    await asyncio.sleep(QUIET_SECONDS)
    assert seen(deployment) == wanted
