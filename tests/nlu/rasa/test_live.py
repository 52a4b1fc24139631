"""The bot's engines with a real Rasa, which hangs, is killed, and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.schema import Pack
from nlu.engines import Live
from nlu.matcher import Matcher
from nlu.rasa_client import RasaClient
from nlu.rasa_home import Rasa
from nlu.swap import Verdict, swap
from nlu.understanding import Understanding
from scripts.rasa_tools.server import RasaServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
QUESTION = "почему до сих пор не пришли деньги за литры которые сдаю на завод"


@pytest.fixture
async def client(server: RasaServer) -> AsyncIterator[RasaClient]:
    made = RasaClient(server.url, server.token)
    yield made
    await made.close()


async def hears(live: Live, text: str, seconds: float = 20.0) -> Understanding:
    (read,) = await live.hear([text], asyncio.get_running_loop().time() + seconds)
    return read


async def until_well(rasa: Rasa) -> None:
    async with asyncio.timeout(120):
        while not rasa.breaker.allows:
            await rasa.look()
            await asyncio.sleep(0.2)


async def test_it_is_asked_and_its_faults_are_not_noticed(
    server: RasaServer, client: RasaClient, ministry: Matcher, ministry_pack: Pack, ministry_model: Path
) -> None:
    rasa = Rasa(client, deadline=20.0)  # of a look, on a busy machine
    live = Live(ministry, ministry_pack.version, rasa)
    here = live.understand(QUESTION)
    await until_well(rasa)
    assert rasa.model == ministry_model.name.removesuffix(".tar.gz")
    read = await hears(live, QUESTION)
    assert (read.engine, read.outcome, read.slug) == ("rasa", here.outcome, here.slug)

    os.kill(server.pid, signal.SIGSTOP)
    try:
        read = await hears(live, QUESTION, 0.3)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert replace(read, ms=0.0) == replace(here, ms=0.0)
    await until_well(rasa)
    assert (await hears(live, QUESTION)).engine == "rasa"

    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    try:
        for _ in range(3):
            assert (await hears(live, QUESTION)).engine == "matcher"
        assert not rasa.breaker.allows
    finally:
        await asyncio.to_thread(server.start)
    await until_well(rasa)
    assert (await hears(live, QUESTION)).engine == "rasa"


async def test_a_model_is_swapped_and_a_broken_one_taken_back(
    client: RasaClient, ministry_pack: Pack, ministry_model: Path
) -> None:
    done = await swap(client, ministry_pack, str(ministry_model))
    assert done.verdict is Verdict.SWAPPED
    assert done.new == done.former
    broken = ministry_model.with_name(f"{ministry_pack.version}-broken.tar.gz")
    broken.write_bytes(os.urandom(500))
    try:
        done = await swap(client, ministry_pack, str(broken))
    finally:
        broken.unlink()
    assert done.verdict is Verdict.TAKEN_BACK
    assert await client.model() == ministry_model.name.removesuffix(".tar.gz")
