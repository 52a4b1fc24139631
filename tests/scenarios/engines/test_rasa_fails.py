"""A thousand messages while Rasa is killed, hangs, fails and talks nonsense: no client notices."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from bot.config import ROOT
from knowledge_base.load import load_pack
from nlu.rasa_home import DEADLINE_SECONDS, Rasa
from tests.emulators.rasa import Ill, RasaStub
from tests.world import World
from tests.world import world as a_world

pytestmark = pytest.mark.asyncio
QUESTION = "почему до сих пор не пришли деньги за литры которые сдаю на завод"
CLIENTS, TOGETHER, EACH = 100, 10, 10
ANSWERED_SECONDS = 1.5
COMES_BACK_SECONDS = 30.0


class Watched:
    """What the worker's Rasa tells of its waits, and the noise of the machine: how late this loop wakes."""

    def __init__(self, rasa: Rasa) -> None:
        self.rasa = rasa
        self.waits: list[tuple[str, float]] = []
        self.late = 0.0
        told = rasa._count

        def count(result: str, seconds: float) -> None:
            self.waits.append((result, seconds))
            told(result, seconds)

        rasa._count = count

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[Watched]:
        async def beats() -> None:
            while True:
                begun = time.monotonic()
                await asyncio.sleep(0.01)
                self.late = max(self.late, time.monotonic() - begun - 0.01)

        task = asyncio.ensure_future(beats())
        yield self
        task.cancel()

    async def well_again(self) -> None:
        deadline = time.monotonic() + COMES_BACK_SECONDS
        while not self.rasa.breaker.allows:
            assert time.monotonic() < deadline, "it does not come back"
            await asyncio.sleep(0.02)


async def hundred_messages(world: World, phase: int) -> None:
    """Each of a hundred clients writes once, ten at the same time."""
    for first in range(0, CLIENTS, TOGETHER):
        for n in range(first, first + TOGETHER):
            world.telegram.client_says(5000 + n, f"{QUESTION} {'ещё ' * (phase + 1)}", f"Клиент {n}")
        want = phase * CLIENTS + first + TOGETHER
        deadline = time.monotonic() + 30
        while await world.value("SELECT count(*) FROM inbox WHERE state = 'done'") < want:
            assert time.monotonic() < deadline, "updates are left unhandled"
            await asyncio.sleep(0.02)


async def engines_of(world: World, phase: int) -> Counter[str]:
    """Which engine understood the messages of a phase."""
    connection = await asyncpg.connect(world.settings.database_url)
    try:
        rows = await connection.fetch(
            "SELECT engine FROM message WHERE direction = 'in' ORDER BY inbox_id OFFSET $1 LIMIT $2",
            phase * CLIENTS,
            CLIENTS,
        )
    finally:
        await connection.close()
    return Counter(row["engine"] for row in rows)


SLOWEST = "SELECT coalesce(max(extract(epoch FROM handled_at - received_at)), 0)::float FROM inbox"


@pytest.mark.timeout(280)
@pytest.mark.requirement("A1", "R1")
async def test_no_client_notices(database_url: str, var: Path) -> None:
    version = load_pack(ROOT / "knowledge_base" / "packs" / "ministry").version
    async with (
        RasaStub(lambda text: [("milk-subsidy", 0.96), ("contacts", 0.02)], f"{version}-code") as stub,
        a_world(database_url, var, rasa_url=stub.url) as world,
    ):
        engines = world.runtime.engines
        assert engines is not None
        assert engines.rasa is not None
        async with Watched(engines.rasa).watching() as watched:
            await watched.well_again()
            await hundred_messages(world, 0)
            assert await engines_of(world, 0) == {"rasa": CLIENTS}
            usual: float = await world.value(SLOWEST)
            for phase, ill in ((1, None), (3, Ill.HUNG), (5, Ill.FAILING), (7, Ill.GARBAGE)):
                await (falls_ill(stub, ill) if ill else stub.dies())
                await hundred_messages(world, phase)
                assert (await engines_of(world, phase))["matcher"] == CLIENTS
                await (recovers(stub) if ill else stub.starts())
                await watched.well_again()
                await hundred_messages(world, phase + 1)
                assert (await engines_of(world, phase + 1))["rasa"] > 0, "it came back by itself"
            stub.ill, stub.seconds = None, 0.05
            await hundred_messages(world, 9)
        noise = usual + watched.late
        assert await world.value(SLOWEST) <= ANSWERED_SECONDS + noise
        assert max(seconds for _, seconds in watched.waits) <= DEADLINE_SECONDS + noise
        waits = Counter(result for result, _ in watched.waits)
        assert waits["timeout"] <= 2, f"one wait is enough to leave it alone: {waits}"
        await everyone_has_his_answer_once(world)


async def falls_ill(stub: RasaStub, ill: Ill) -> None:
    stub.ill = ill


async def recovers(stub: RasaStub) -> None:
    stub.ill = None


async def everyone_has_his_answer_once(world: World) -> None:
    await world.quiet()
    assert await world.value("SELECT count(*) FROM inbox WHERE state = 'done' AND attempts = 1") == CLIENTS * EACH
    connection = await asyncpg.connect(world.settings.database_url)
    try:
        rows = await connection.fetch(
            "SELECT a.external_id::bigint AS who, count(*) FILTER (WHERE direction = 'in') AS said,"
            " count(*) FILTER (WHERE direction = 'out') AS heard,"
            " (SELECT count(*) FROM outbox o WHERE o.address_id = a.id AND o.kind = 'message') AS calls"
            " FROM message m JOIN address a ON a.id = m.address_id GROUP BY a.id"
        )
    finally:
        await connection.close()
    assert len(rows) == CLIENTS
    for row in rows:
        assert row["said"] == EACH
        assert row["heard"] >= EACH
        assert len(world.telegram.messages(row["who"])) == row["calls"]
