"""Otklik under measurement: started as an operator starts it, and asked by its own database what it did."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from scripts import postgres
from scripts.benchmarks.messengers import Addresses
from scripts.benchmarks.processes import READY_SECONDS, ROOT, BenchError, Program, descendant, python, running

READY = "Otklik is ready"
RATE = "10000"
"""Of the messengers' own limits: 30 and 20 a second would be all that is measured."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One that runs, with the processes to be weighed."""

    program: Program
    bot: int
    database: int
    url: str
    environment: Mapping[str, str]


@contextlib.contextmanager
def started(
    var: Path,
    tokens: Addresses | None,
    *,
    by_webhook: bool = False,
    settings: Mapping[str, str] | None = None,
    patience: float = READY_SECONDS,
) -> Iterator[Instance]:
    """``scripts/run`` with everything it keeps in ``var``, with messenger tokens or without, and further settings."""
    port = _free_port()
    environment = {"OTKLIK_VAR": str(var), "OTKLIK_PORT": str(port), **(settings or {})}
    if tokens is not None:
        environment |= _messenger_settings(tokens)
    if by_webhook:
        environment |= {"OTKLIK_PUBLIC_URL": f"http://127.0.0.1:{port}", "OTKLIK_INGRESS": "webhook"}
    command: list[str | Path] = [ROOT / "scripts" / "run"]
    with running("Otklik", command, lambda line: READY in line, environment, patience) as program:
        url = (var / "database_url").read_text().strip()
        yield Instance(program, descendant(program.pid, "bot", "run"), _database(var), url, environment)


@contextlib.contextmanager
def second_worker(instance: Instance, patience: float = READY_SECONDS) -> Iterator[tuple[Program, int]]:
    """One more worker on the same database, and the port of its page."""
    var = Path(instance.environment["OTKLIK_VAR"])
    port = _free_port()
    environment = {
        **instance.environment,
        "OTKLIK_PORT": str(port),
        "OTKLIK_DATABASE_URL": instance.url,
        "OTKLIK_SECRET_KEY": (var / "secret_key").read_text().strip(),
    }
    command = python("-m", "bot", "run")
    with running("the second worker", command, lambda line: READY in line, environment, patience) as program:
        yield program, port


@dataclass(slots=True)
class Sampled:
    """A worker that tells what each step has cost it."""

    pid: int
    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def told(self) -> Mapping[str, float]:
        """CPU seconds by step, since its start. Raises BenchError."""
        path = self.folder / f"{next(self._numbers)}.json"
        os.kill(self.pid, signal.SIGUSR1)
        for _ in range(200):
            if path.exists():
                found: dict[str, float] = json.loads(path.read_text())
                return found
            await asyncio.sleep(0.05)
        raise BenchError("the sampled worker tells nothing")


@contextlib.contextmanager
def sampled_worker(var: Path, tokens: Addresses) -> Iterator[Sampled]:
    """The only worker on the database that an earlier start made in ``var``."""
    folder = var / "steps"
    folder.mkdir(exist_ok=True)
    environment = {
        "OTKLIK_VAR": str(var),
        "OTKLIK_PORT": str(_free_port()),
        "OTKLIK_DATABASE_URL": postgres.start(var / "postgres").url,
        "OTKLIK_SECRET_KEY": (var / "secret_key").read_text().strip(),
        **_messenger_settings(tokens),
    }
    command = python("-m", "scripts.benchmarks.sampled", str(folder), "run")
    with running("the sampled worker", command, lambda line: READY in line, environment) as program:
        yield Sampled(program.pid, folder)


def _messenger_settings(tokens: Addresses) -> Mapping[str, str]:
    return {
        "OTKLIK_TELEGRAM_TOKEN": tokens.telegram_token,
        "OTKLIK_TELEGRAM_API": tokens.telegram_url,
        "OTKLIK_TELEGRAM_RATE": RATE,
        "OTKLIK_VK_TOKEN": tokens.vk_token,
        "OTKLIK_VK_GROUP_ID": str(tokens.vk_group),
        "OTKLIK_VK_API": tokens.vk_url,
        "OTKLIK_VK_RATE": RATE,
    }


def _database(var: Path) -> int:
    return int((var / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Done:
    """What the database holds of the clients' messages."""

    handled: int
    """Updates handled and committed."""
    open: int
    """Updates not handled yet, or set aside."""
    understood: int
    """Messages kept with a step that answered, told by an engine where it was words."""
    floods: int
    unsent: int
    """Calls to messengers that are not sent."""
    outcomes: Mapping[str, int]


_COUNTS = """
    SELECT (SELECT count(*) FROM inbox WHERE state = 'done') AS handled,
           (SELECT count(*) FROM inbox WHERE state <> 'done') AS open,
           (SELECT count(*) FROM message m JOIN inbox i ON i.id = m.inbox_id
            WHERE m.direction = 'in' AND m.outcome <> '' AND m.outcome <> 'flood') AS understood,
           (SELECT count(*) FROM message WHERE direction = 'in' AND outcome = 'flood') AS floods,
           (SELECT count(*) FROM outbox WHERE state <> 'sent' AND channel <> 'page') AS unsent
"""
_OUTCOMES = """
    SELECT outcome, count(*) AS number FROM message WHERE direction = 'in'
    GROUP BY outcome ORDER BY number DESC
"""


async def done(url: str) -> Done:
    """Ask the database. Raises BenchError if it can't be reached."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise BenchError(f"the database can't be asked: {error}") from error
    try:
        counts = await connection.fetchrow(_COUNTS)
        outcomes = await connection.fetch(_OUTCOMES)
    finally:
        await connection.close()
    assert counts is not None
    return Done(**dict(counts), outcomes={row["outcome"] or "": row["number"] for row in outcomes})
