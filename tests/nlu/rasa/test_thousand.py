"""A thousand messages while a real Rasa is killed, hangs, fails and talks nonsense: no client notices."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from knowledge_base.schema import Pack
from nlu.engines import Live
from nlu.rasa_home import Rasa
from nlu.understanding import Outcome
from scripts.rasa_tools.server import RasaServer
from tests.nlu.rasa.between import Between, failing, talking_nonsense
from tests.world import World
from tests.world import world as a_world

pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.timeout(600)]
CLIENTS, TOGETHER, ROUNDS = 100, 10, 5
ANSWERED_SECONDS = 1.5
COMES_BACK_SECONDS = 60.0
"""From the moment Rasa is well again; a look every second, pauses of up to half a minute between them."""

Fault = Callable[[], Awaitable[None]]


async def test_rasa_is_killed_and_hangs(
    database_url: str, shared: Path, server: RasaServer, ministry_pack: Pack
) -> None:
    async def killed() -> None:
        os.kill(server.pid, signal.SIGKILL)

    async def started_anew() -> None:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)

    async def stopped() -> None:
        os.kill(server.pid, signal.SIGSTOP)

    async def goes_on() -> None:
        os.kill(server.pid, signal.SIGCONT)

    try:
        async with a_world(database_url, shared, rasa_url=server.url, rasa_token=server.token) as world:
            await five_hundred_messages(world, ministry_pack, (killed, started_anew), (stopped, goes_on))
    finally:
        if server.process is None or server.process.poll() is not None:
            await started_anew()
        await goes_on()


async def test_rasa_fails_and_talks_nonsense(
    database_url: str, shared: Path, server: RasaServer, ministry_pack: Pack
) -> None:
    async with (
        Between(server.url) as between,
        a_world(database_url, shared, rasa_url=between.url, rasa_token=server.token) as world,
    ):

        async def fails() -> None:
            between.spoil = failing()

        async def talks_nonsense() -> None:
            between.spoil = talking_nonsense()

        async def is_well() -> None:
            between.spoil = None

        await five_hundred_messages(world, ministry_pack, (fails, is_well), (talks_nonsense, is_well))


async def five_hundred_messages(world: World, pack: Pack, *faults: tuple[Fault, Fault]) -> None:
    """A hundred clients write five times: while all is well, and during and after each of two faults.

    A fault strikes while Rasa is asked about the first ten messages of its round.
    """
    engine = world.runtime.shelf.content.engine
    assert isinstance(engine, Live) and engine.rasa is not None
    crowd = Crowd(world, pack, engine)
    await well_again(engine.rasa)
    assert await crowd.writes() == {"rasa": CLIENTS}
    for strikes, passes in faults:
        by = await crowd.writes(strikes)
        assert by["matcher"] >= CLIENTS - TOGETHER, f"only the first ten can have been read by Rasa: {by}"
        await passes()
        await well_again(engine.rasa)
        by = await crowd.writes()
        assert by["rasa"] > CLIENTS / 2, f"Rasa is asked again by itself: {by}"
    await crowd.has_heard_everything_once()
    crowd.tells()
    assert max(crowd.worker_seconds) <= ANSWERED_SECONDS


async def well_again(rasa: Rasa) -> None:
    async with asyncio.timeout(COMES_BACK_SECONDS):
        while not rasa.breaker.allows:
            await asyncio.sleep(0.02)


@dataclass
class Crowd:
    """A hundred clients on Telegram, each with questions on topics of his own, five in all."""

    world: World
    pack: Pack
    engine: Live
    round: int = 0
    seconds: list[float] = field(default_factory=list)
    """Of the slowest of each ten: from a client's word to the answer in his chat."""
    worker_seconds: list[float] = field(default_factory=list)
    """The same without the time in which this process waited for a core that others had."""
    engines: list[Counter[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        reader = self.engine.matcher.reader
        found = defaultdict(list)
        for slug, texts in self.pack.questions.items():
            for text in texts if slug in self.pack.templates else ():
                read = self.engine.understand(text)
                if reader.begin([text]).needs(0) and (read.outcome, read.slug) == (Outcome.ANSWER, slug):
                    found[slug].append(text)
        self._questions = list(found.items())
        assert len(self._questions) > 50

    def asks(self, client: int, number: int) -> tuple[str, str]:
        """The topic and the words of a client's question."""
        slug, texts = self._questions[(client + 11 * number) % len(self._questions)]
        return slug, texts[client % len(texts)]

    async def writes(self, strikes: Fault | None = None) -> Counter[str]:
        """Each client writes once, ten at a time; which engines read them."""
        for first in range(0, CLIENTS, TOGETHER):
            await self._ten(range(first, first + TOGETHER), strikes)
            strikes = None
        self.round += 1
        self.engines.append(await self._read_by())
        return self.engines[-1]

    async def _ten(self, clients: range, strikes: Fault | None) -> None:
        telegram = self.world.telegram
        waited = starved_seconds()
        said = {n: telegram.client_says(5000 + n, self.asks(n, self.round)[1], f"Клиент {n}").at for n in clients}
        if strikes:
            await self._rasa_is_asked()
            await strikes()
        slowest = 0.0
        async with asyncio.timeout(30):
            for n, at in said.items():
                while not (heard := self._answers(n, self.round)):
                    await telegram.ledger.changed(1.0)
                slowest = max(slowest, heard[0] - at)
        self.seconds.append(slowest)
        self.worker_seconds.append(slowest - (starved_seconds() - waited))

    async def _rasa_is_asked(self) -> None:
        assert self.engine.rasa is not None
        async with asyncio.timeout(30):
            while not self.engine.rasa._on_the_way:
                await asyncio.sleep(0.001)

    def _answers(self, client: int, number: int) -> list[float]:
        """When the answer to a client's question came to his chat: once, if all is well."""
        slug = self.asks(client, number)[0]
        begins = plain(self.pack.templates[slug].short["ru"])[:40]
        return [sent.at for sent in self.world.telegram.messages(5000 + client) if begins in plain(sent.text)]

    async def _read_by(self) -> Counter[str]:
        connection = await asyncpg.connect(self.world.settings.database_url)
        try:
            rows = await connection.fetch(
                "SELECT engine FROM message WHERE direction = 'in' ORDER BY id DESC LIMIT $1", CLIENTS
            )
        finally:
            await connection.close()
        return Counter(row["engine"] for row in rows)

    async def has_heard_everything_once(self) -> None:
        await self.world.quiet()
        done = await self.world.value("SELECT count(*) FROM inbox WHERE state = 'done' AND attempts = 1")
        assert (done, await self.world.value("SELECT count(*) FROM inbox")) == (CLIENTS * ROUNDS, CLIENTS * ROUNDS)
        for client in range(CLIENTS):
            heard = [len(self._answers(client, number)) for number in range(ROUNDS)]
            assert heard == [1] * ROUNDS, f"client {client} has heard his answers {heard} times"

    def tells(self) -> None:
        """The figures, seen with ``pytest -s``."""
        for number, by in enumerate(self.engines):
            its = slice(number * CLIENTS // TOGETHER, (number + 1) * CLIENTS // TOGETHER)
            print(
                f"round {number}: {dict(by)}, slowest answer {max(self.seconds[its]):.2f} s, "
                f"{max(self.worker_seconds[its]):.2f} s of them the worker's"
            )


def plain(text: str) -> str:
    return text.replace("*", "").replace("`", "")


def starved_seconds() -> float:
    """How long this process's main thread, the worker's, was ready to run while others had the cores."""
    return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
