"""Alive, ready, numbers: as a balancer, systemd and Prometheus see them."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot import app, notify
from bot.domain.messages import Channel
from bot.pulse import Pulse
from tests.world import World
from tests.world import world as a_world

TOKEN = "the-token-of-prometheus"


async def get(world: World, path: str, token: str | None = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(world.url + path, headers=headers) as response:
        return response.status, await response.text()


async def test_numbers_of_a_working_day(database_url: str, var: Path) -> None:
    """What happened is counted; only the operator may look; nothing in it is a person's."""
    async with a_world(database_url, var, metrics_token=SecretStr(TOKEN)) as world:
        ivan = world.client("Иван", Channel.TELEGRAM)
        await ivan.says("как получить агростартап")
        await ivan.hears("")
        await ivan.says("позовите человека")
        await ivan.hears("Передал")
        await world.quiet()
        assert (await get(world, "metrics"))[0] == 404
        assert (await get(world, "metrics", "another-token-of-20-letters"))[0] == 404
        status, text = await get(world, "metrics", TOKEN)
        assert status == 200
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        seen = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}
        assert seen['otklik_updates_total{channel="telegram",kind="text",outcome="answer"}'] >= 1
        assert seen['otklik_deliveries_total{channel="telegram",result="sent"}'] >= 2
        assert seen['otklik_rows{channel="",what="term.running"}'] == 1
        assert seen['otklik_handling_seconds_count{channel="telegram"}'] >= 2
        assert seen['otklik_ingress_events_total{event="telegram.polled"}'] >= 1
        assert any(key.startswith("otklik_understood_total{engine=") for key in seen)
        assert str(ivan.id) not in text
        assert "Иван" not in text


async def test_ready_until_something_is_not(world: World) -> None:
    status, text = await get(world, "readyz")
    assert (status, '"ready":true' in text) == (200, True)
    world.runtime.pulse.beat("inbox of nobody", lasts=-1)
    await asyncio.sleep(1.1)
    status, text = await get(world, "readyz")
    assert status == 503
    assert "stand still: inbox of nobody" in text
    assert (await get(world, "healthz"))[0] == 200


async def test_a_database_of_another_release_is_not_ready(world: World) -> None:
    await world.value("UPDATE alembic_version SET version_num = '0000' RETURNING 1")
    status, text = await get(world, "readyz")
    assert status == 503
    assert "at 0000, the code wants" in text


def test_systemd_hears_that_we_live_only_while_we_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    assert notify.watchdog_seconds() == 15
    now = [0.0]
    pulse = Pulse(lambda: now[0])
    pulse.beat("inbox")
    notify.alive(pulse)
    assert heard.recv(100) == b"WATCHDOG=1"
    now[0] = 3600
    notify.alive(pulse)
    with pytest.raises(BlockingIOError):
        heard.recv(100)
    heard.close()


async def test_what_the_web_server_logs_goes_the_way_of_all_logs(world: World) -> None:
    """With handlers of its own it would write tracebacks with clients' words and tokens."""
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error")]
    assert (await get(world, "healthz"))[0] == 200
    assert not [handler for logger in loggers for handler in logger.handlers]
    assert all(logger.propagate for logger in loggers)


async def test_a_database_that_stumbles_at_the_start_ends_no_worker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumbles(*_: object) -> None:
        raise TimeoutError

    told: list[str] = []
    monkeypatch.setattr(app, "first_link", stumbles)
    await app._let_first_in(world.settings, world.runtime, told.append)
    assert "otklik staff link" in told[0]
