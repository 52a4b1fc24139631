"""Twenty kills under load, a database that goes away, messengers that fail: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import random
import secrets
import time
from collections import Counter

import pytest

from bot.domain.messages import Channel
from tests.faults import weather
from tests.faults.crowd import Crowd
from tests.faults.deployment import Deployment
from tests.faults.helper import Helper
from tests.faults.ledger import Findings, audit

KILLS = 20
IN_FLIGHT = 20
"""Messages under way at a kill, at least."""
BURST = {Channel.TELEGRAM: 30, Channel.VK: 24, Channel.PAGE: 24}
"""Written at once shortly before a kill. Only these count as under way: others may wait for a lease."""
LATEST_SECONDS = 1.0
"""How long after the burst has begun to arrive a kill may come."""
MURMUR_SECONDS = 0.1
"""Between two messages that are written all along."""
PAIRS = 0.4
"""Share of the kills that strike one of two workers."""
DATABASE_AWAY_SECONDS = 2.0
LEASES_SECONDS = 110.0
"""How long after the last kill everything is done: leases of the killed end after a minute."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_twenty_kills(deployment: Deployment, keeper: Helper, capsys: pytest.CaptureFixture[str]) -> None:
    faulthandler.cancel_dump_traceback_later()  # that a run is as long as this one is no sign of a deadlock
    seed = int(os.environ.get("OTKLIK_FAULT_SEED") or secrets.randbelow(10**6))
    with capsys.disabled():
        print(f"\nseed {seed}; OTKLIK_FAULT_SEED={seed} makes the same choices again")
    crowd = Crowd(deployment, random.Random(seed), messengers=300)
    await deployment.start()
    await deployment.until("SELECT EXISTS (SELECT 1 FROM receiver)")  # before that VK's events are not ours
    async with crowd.on_page(100):
        weather.storm(deployment.telegram, deployment.vk, seed)
        begun = time.monotonic()
        murmur = asyncio.create_task(_murmur(crowd))
        kills = await _kills(crowd, keeper)
        murmur.cancel()
        killed = time.monotonic()
        await deployment.start()
        await _done(crowd)
        spans = (killed - begun, time.monotonic() - killed)
        strangers = sum(e.faults.injected["malformed"] for e in (deployment.telegram, deployment.vk))
        findings = await audit(deployment, crowd.pushed, crowd.shown, strangers=strangers)
    with capsys.disabled():
        print(_told(crowd, kills, spans, findings))
    assert not findings.problems, str(findings)
    assert all(worker.alive for worker in deployment.workers), deployment.logs()


async def _kills(crowd: Crowd, keeper: Helper) -> list[int]:
    """Kills until twenty have struck enough messages. How many each of them struck."""
    struck: list[int] = []
    for _ in range(KILLS * 2):
        found = await _kill(crowd)
        if found < IN_FLIGHT:
            continue
        struck.append(found)
        if len(struck) == KILLS // 2:
            await _restart_database(keeper)
        if len(struck) == KILLS:
            return struck
    raise AssertionError(f"too few messages were under way, again and again: {struck}")


async def _kill(crowd: Crowd) -> int:
    """kill -9 at a random moment shortly after many have written. How many messages were under way."""
    deployment, lot = crowd.deployment, crowd.lot
    wanted = 2 if lot.random() < PAIRS else 1
    while len(deployment.workers) < wanted:
        await deployment.start()
    await _caught_up(crowd)
    before, begun = len(crowd.pushed), time.monotonic()
    for channel, count in BURST.items():
        crowd.write(channel, count, idle=True)
    written = crowd.pushed[before:]
    await _arrived(crowd, begun)
    await asyncio.sleep(lot.uniform(0, LATEST_SECONDS))
    victim = lot.choice(deployment.workers)
    assert victim.alive, f"a worker has ended by itself:\n{victim.told()}"
    await deployment.kill(victim)
    await crowd.look()
    left = [one for one in written if (one.channel, one.key) not in crowd.finished]
    handled, sent = (await deployment.rows(_TORN))[0]
    print(f"{len(left)} of {len(written)} under way; {handled} being handled, {sent} being sent")
    return len(left)


_TORN = """
    SELECT (SELECT count(*) FROM inbox
            WHERE state = 'new' AND lease_until > clock_timestamp() + interval '28 s'),
           (SELECT count(*) FROM outbox
            WHERE state = 'pending' AND lease_until > clock_timestamp() + interval '58 s')
"""
"""Claimed within the last two seconds and not finished: leases last 30 and 60 seconds."""


async def _caught_up(crowd: Crowd) -> None:
    """Waits until hardly anything is left that no killed worker holds: a kill shall strike new messages."""
    until = time.monotonic() + 3
    while time.monotonic() < until and await crowd.deployment.value(_FREE) > 10:
        await asyncio.sleep(0.05)


_FREE = """
    SELECT count(*) FROM inbox i WHERE i.state = 'new' AND NOT EXISTS (
        SELECT 1 FROM inbox p WHERE p.state = 'new' AND p.conversation = i.conversation AND p.id <= i.id
        AND p.lease_until > clock_timestamp())
"""


async def _arrived(crowd: Crowd, since: float) -> None:
    """Waits until something of each messenger is stored: a kill before that would strike nobody."""
    until = time.monotonic() + 4
    for channel in (Channel.TELEGRAM, Channel.VK):
        keys = [one.key for one in crowd.unfinished(since) if one.channel is channel]
        name = "payload::jsonb ->> 'event_id'" if channel is Channel.VK else "external_id"
        query = f"SELECT EXISTS (SELECT 1 FROM inbox WHERE channel = $1 AND {name} = ANY($2))"
        while time.monotonic() < until and not await crowd.deployment.value(query, channel.value, keys):
            await asyncio.sleep(0.01)


async def _murmur(crowd: Crowd) -> None:
    """Somebody writes all along, perhaps one who waits for an answer already."""
    while True:
        crowd.write(crowd.lot.choice(list(Channel)), 1)
        await asyncio.sleep(MURMUR_SECONDS)


async def _restart_database(keeper: Helper) -> None:
    await asyncio.to_thread(keeper.ask, do="stop")
    await asyncio.sleep(DATABASE_AWAY_SECONDS)
    await asyncio.to_thread(keeper.ask, do="start")


async def _done(crowd: Crowd) -> None:
    """Waits until all is answered, or as long as that may take: the ledger will say what is missing."""
    deployment, until = crowd.deployment, time.monotonic() + LEASES_SECONDS
    stored = "SELECT NOT EXISTS (SELECT 1 FROM inbox WHERE state = 'new') AND position = $1 FROM receiver"
    while time.monotonic() < until:
        await asyncio.sleep(0.5)
        await crowd.look()
        if crowd.unfinished() or len(deployment.telegram.state.queue):
            continue
        if await deployment.value(stored, str(deployment.vk.state.log.ts)):
            return


def _told(crowd: Crowd, kills: list[int], spans: tuple[float, float], findings: Findings) -> str:
    telegram, vk = crowd.deployment.telegram, crowd.deployment.vk
    refusals = sum((visitor.refusals for visitor in crowd.visitors), Counter[int]())
    return (
        f"{len(crowd.pushed)} messages; under way at each kill: {kills}\n"
        f"{spans[0]:.0f} s of kills, and {spans[1]:.0f} s more until all was answered\n"
        f"faults of Telegram: {dict(telegram.faults.injected)}\n"
        f"faults of VK: {dict(vk.faults.injected)}; it recognised {vk.repeats} repeats\n"
        f"page: {sum(visitor.repeats for visitor in crowd.visitors)} posts sent again, {dict(refusals)}\n"
        f"Telegram: {findings.unknown} sends of unknown outcome, {findings.twice} messages came once more\n"
        f"VK handed over {findings.swapped} messages in another order\n"
    )
