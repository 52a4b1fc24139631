"""The backup of the README, step by step: dumped, restored into an empty server, and the same client is known."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from scripts import postgres
from scripts.cluster import programs
from tests.scripts.project import ROOT, free_port
from tests.visitor import PageVisitor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
SECRET = "a-secret-kept-apart-from-the-dump"


@asynccontextmanager
async def worker(database_url: str, var: Path) -> AsyncIterator[str]:
    """``otklik run`` as systemd starts it: told ready and stopping by its socket."""
    port = free_port()
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(var / f"notify-{port}"))
    told.setblocking(False)
    settings = {
        "OTKLIK_DATABASE_URL": database_url, "OTKLIK_SECRET_KEY": SECRET, "OTKLIK_VAR": str(var),
        "OTKLIK_PORT": str(port), "NOTIFY_SOCKET": str(var / f"notify-{port}"), "WATCHDOG_USEC": "2000000",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=ROOT, env={**os.environ, **settings}
    )
    loop = asyncio.get_running_loop()
    assert await asyncio.wait_for(loop.sock_recv(told, 100), 60) == b"READY=1"
    assert await asyncio.wait_for(loop.sock_recv(told, 100), 10) == b"WATCHDOG=1"
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 30) == 0
        last = [told.recv(100)]
        while b"STOPPING=1" not in last:
            last.append(told.recv(100))
        told.close()


def run(program: str, *arguments: str) -> None:
    subprocess.run([programs() / program, *arguments], check=True, capture_output=True, text=True)


async def hears(visitor: PageVisitor, part: str) -> str:
    for _ in range(400):
        found = next((line.text for line in visitor.lines() if part in line.text), None)
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing with «{part}» in {[line.text for line in visitor.lines()]}")


async def test_restored_into_an_empty_server_it_knows_the_same_client(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    before = await asyncio.to_thread(postgres.start, tmp_path / "before", durable=False)
    try:
        async with worker(before.url, var) as url:
            visitor = PageVisitor(url)
            await visitor.opens()
            await visitor.posts(kind="text", text="позовите сотрудника")
            promised = await hears(visitor, "Передал")
            await visitor.closes()
        run("pg_dump", "--format=custom", "--no-owner", f"--file={tmp_path / 'otklik.dump'}", before.url)
    finally:
        await asyncio.to_thread(postgres.stop, tmp_path / "before")

    after = await asyncio.to_thread(postgres.start, tmp_path / "after", durable=False)
    try:
        run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={after.url}", str(tmp_path / "otklik.dump"))
        async with worker(after.url, var) as url:
            again = await PageVisitor(url).like(visitor)
            assert await hears(again, "Передал") == promised
            await again.posts(kind="text", text="как получить агростартап")
            await hears(again, "гростартап")
            await again.closes()
    finally:
        await asyncio.to_thread(postgres.stop, tmp_path / "after")


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    """Checked by systemd itself, which scripts/test installs; the paths are those of this machine."""
    unit = (ROOT / "scripts/systemd/otklik.service").read_text()
    assert "Type=notify" in unit
    made = tmp_path / "otklik.service"
    made.write_text(unit.replace("/opt/otklik/.venv/bin/otklik", sys.executable).replace("/opt/otklik", str(ROOT)))
    try:
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", made], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no systemd-analyze here")
    complaints = [line for line in done.stderr.splitlines() if "otklik.service" in line]
    assert not complaints
