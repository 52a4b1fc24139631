"""The operator's commands, as typed at a shell."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from bot import settle_update
from bot.domain.messages import Channel, Kind
from tests.scenarios.main_job.test_requests import fill_appeal
from tests.storage.conftest import cipher, db, pack, worker  # noqa: F401
from tests.storage.rows import ask, claim, put
from tests.storage.worker import Worker
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


async def otklik(url: str, *arguments: str, typed: str = "", **environment: str) -> tuple[int, str]:
    """Exit code and everything printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=ROOT,
        env={**os.environ, "OTKLIK_DATABASE_URL": url, "OTKLIK_SECRET_KEY": "a-secret-of-the-stories", **environment},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate(typed.encode())
    return process.returncode or 0, printed.decode()


async def test_an_update_set_aside_is_replayed_after_the_fix(
    worker: Worker, database_url: str, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setattr(settle_update, "FIRST_RETRY_SECONDS", 0.0001)
    await worker.receives("1", Kind.TEXT, fails="a word of the client's")
    for _ in range(60):
        await worker.works()
        await asyncio.sleep(0.01)
    assert await otklik(database_url, "outbox", "list") == (0, "Nothing failed.\n")
    code, printed = await otklik(database_url, "inbox", "list")
    assert code == 0
    assert "ValueError at storage/worker.py" in printed
    assert "client's" not in printed
    (row,) = await ask(worker.runtime.db, "SELECT id FROM inbox WHERE state = 'aside'")
    assert (await otklik(database_url, "inbox", "replay", "999999"))[0] == 1
    await ask(
        worker.runtime.db,
        "UPDATE inbox SET payload = replace(payload, '\"fails\"', '\"text\"') WHERE state = 'aside' RETURNING 1",
    )
    assert (await otklik(database_url, "inbox", "replay", str(row["id"])))[0] == 0
    assert await worker.works() == ["handoff.again"]
    assert (await ask(worker.runtime.db, "SELECT verb FROM audit"))[-1]["verb"] == "inbox.replay"


async def test_calls_that_failed_are_sent_again_or_let_go(worker: Worker, database_url: str) -> None:  # noqa: F811
    base = worker.runtime.db
    await put(base, ("1", "сначала"), ("2", "потом"))
    await ask(base, "UPDATE outbox SET state = 'held', cause = 'unknown outcome: test' RETURNING 1")
    code, printed = await otklik(database_url, "outbox", "list")
    assert code == 0
    assert printed.count("held") == 2
    assert "сначала" not in printed
    first, second = [row["id"] for row in await ask(base, "SELECT id FROM outbox ORDER BY id")]
    assert (await otklik(database_url, "outbox", "retry", str(first)))[0] == 0
    assert [one.call.id for one in await claim(base)] == [first]
    code, printed = await otklik(database_url, "outbox", "drop", str(first))
    assert (code, "being sent at this moment" in printed) == (1, True)
    assert (await otklik(database_url, "outbox", "drop", str(second)))[0] == 0


async def test_one_client_exported_rotated_and_erased(world: World) -> None:
    """By the number of his appeal, with a key being changed between."""
    url = world.settings.database_url
    anna = world.client("Анна", Channel.TELEGRAM)
    await fill_appeal(anna)
    await anna.presses("Отправить")
    await anna.hears("ОТ-2026-000001")
    await world.quiet()
    both = {"OTKLIK_SECRET_KEY": "a-new-secret-of-the-stories", "OTKLIK_SECRET_KEYS_ALSO": "a-secret-of-the-stories"}
    code, printed = await otklik(url, "keys", "rotate", OTKLIK_SECRET_KEY=both["OTKLIK_SECRET_KEY"])
    assert (code, "2 values can't be read" in printed) == (1, True)
    code, printed = await otklik(url, "keys", "rotate", **both)
    assert (code, "2 values now belong" in printed) == (0, True)
    code, printed = await otklik(url, "client", "export", "от-2026-000001", **both)
    assert code == 0
    assert "+79117654321" in json.dumps(json.loads(printed), ensure_ascii=False)
    who = f"telegram:{anna.id}"
    code, printed = await otklik(url, "client", "erase", who, "--yes", **both)
    assert (code, "A person owes this client an answer" in printed) == (1, True)
    assert (await otklik(url, "client", "erase", who, typed="no\n", **both))[0] == 1
    olga = await world.staff("Ольга")
    await olga.answers("Всё решено.")
    await olga.presses("Закрыть")
    await world.quiet()
    code, printed = await otklik(url, "client", "erase", who, typed="erase\n", **both)
    assert code == 0, printed
    assert "delete it there" in printed
    code, printed = await otklik(url, "client", "export", who, **both)
    assert (code, "There is no such client" in printed) == (1, True)
