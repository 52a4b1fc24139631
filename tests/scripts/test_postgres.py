"""The embedded PostgreSQL: made, started, adopted, stopped, whatever was left lying about."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from scripts import postgres
from tests.scripts.project import ROOT, free_port, wait_until

ASKER = """
import subprocess, sys, time, json, urllib.parse
command = [sys.executable, "-m", "scripts.scratch"]
held = subprocess.Popen(command, stdin=-1, stdout=-1, text=True, start_new_session=True)
print(urllib.parse.urlsplit(json.loads(held.stdout.readline())["url"]).port, flush=True)
time.sleep(60)
"""


async def ask(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def starter(home: Path, then: str = "") -> subprocess.Popen[str]:
    """Another process that starts the server, prints its pid and goes on with ``then``."""
    code = (
        "import pathlib, sys, time\nfrom scripts import postgres\n"
        f"print(postgres.start(pathlib.Path(sys.argv[1]), durable=False).pid, flush=True)\n{then}"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def dead_pid() -> int:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


async def test_a_new_server_serves_its_owner_and_keeps_everything_over_a_restart(place: Path) -> None:
    home = place / "postgres"
    first = postgres.start(home)
    assert not first.adopted
    assert await ask(first.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert await ask(first.url, "SHOW synchronous_commit") == "on"
    assert await ask(first.url, "SHOW fsync") == "on"
    connection = await asyncpg.connect(first.url)
    await connection.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist")
    await connection.execute("CREATE TABLE kept (it text); INSERT INTO kept VALUES ('ДОРОГА')")
    await connection.close()

    assert postgres.stop(home)
    assert postgres.running(home) is None
    assert not postgres.stop(home)

    second = postgres.start(home)
    assert second.url == first.url, "other commands and workers keep the address"
    assert await ask(second.url, "SELECT lower(it) FROM kept") == "дорога"
    assert await ask(second.url, "SELECT cardinality(show_trgm(it)) FROM kept") == 7


async def test_nobody_else_reads_the_password_or_gets_in_without_it(place: Path) -> None:
    server = postgres.start(place / "postgres", durable=False)
    assert stat.S_IMODE((place / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "postgres" / "password").stat().st_mode) == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(server.url.replace(server.password, "guess"), "SELECT 1")


async def test_a_server_whose_starter_was_killed_is_adopted(place: Path) -> None:
    home = place / "postgres"
    with starter(home, "time.sleep(60)") as killed:
        assert killed.stdout is not None
        pid = int(killed.stdout.readline())
        killed.kill()
    adopted = postgres.start(home)
    assert adopted.adopted
    assert adopted.pid == pid
    assert await ask(adopted.url, "SELECT 1") == 1
    assert postgres.stop(home)
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


@pytest.mark.parametrize("left", ["a live process", "a dead process", "rubbish", "nothing"])
async def test_a_stale_pid_file_is_seen_through(place: Path, left: str) -> None:
    home = place / "postgres"
    postgres.start(home, durable=False)
    postgres.stop(home)
    pid = {"a live process": os.getpid(), "a dead process": dead_pid(), "rubbish": "x", "nothing": ""}[left]
    rest = f"\n{home / 'data'}\n1\n5432\n\n127.0.0.1\n1 2\nready\n" if left != "nothing" else ""
    (home / "data" / "postmaster.pid").write_text(f"{pid}{rest}")
    assert postgres.running(home) is None
    server = postgres.start(home, durable=False)
    assert not server.adopted
    assert await ask(server.url, "SELECT 1") == 1


def test_two_starts_at_once_share_one_server(place: Path) -> None:
    starters = [starter(place / "postgres") for _ in range(3)]
    pids = {one.communicate(timeout=40)[0] for one in starters}
    assert [one.returncode for one in starters] == [0, 0, 0]
    assert pids == {f"{postgres.running(place / 'postgres')}\n"}


async def test_a_server_killed_with_9_comes_back_with_its_data(place: Path) -> None:
    home = place / "postgres"
    server = postgres.start(home)
    await ask(server.url, "CREATE TABLE kept AS SELECT 7 AS it")
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: postgres.running(home) is None)
    again = postgres.start(home)
    assert not again.adopted
    assert await ask(again.url, "SELECT it FROM kept") == 7


async def test_a_server_on_its_way_out_is_waited_for(place: Path) -> None:
    home = place / "postgres"
    server = postgres.start(home, durable=False)
    idle = await asyncpg.connect(server.url)
    os.kill(server.pid, signal.SIGTERM)  # waits for its clients
    wait_until(lambda: "stopping" in (home / "data" / "postmaster.pid").read_text())
    with starter(home) as other:
        await idle.close()
        assert other.stdout is not None
        assert int(other.stdout.readline()) not in (0, server.pid)


async def test_a_taken_port_is_left_for_another_unless_it_was_asked_for(place: Path) -> None:
    home = place / "postgres"
    former = postgres.start(home, durable=False).port
    postgres.stop(home)
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", former))
        squatter.listen()
        assert postgres.start(home, durable=False).port != former
        postgres.stop(home)
        with pytest.raises(postgres.PostgresError, match="did not start"):
            postgres.start(home, durable=False, port=former)


def test_an_asked_port_is_taken(place: Path) -> None:
    port = free_port()
    assert postgres.start(place / "postgres", durable=False, port=port).port == port


async def test_a_cluster_cut_short_while_it_was_made_is_made_anew(place: Path) -> None:
    home = place / "postgres"
    (home / "data.new").mkdir(parents=True)
    (home / "data.new" / "PG_VERSION").write_text("18\n")
    (home / "password").write_text("half\n")
    server = postgres.start(home, durable=False)
    assert await ask(server.url, "SELECT current_database()") == "otklik"


def test_a_cluster_of_another_version_is_refused_with_advice(place: Path) -> None:
    home = place / "postgres"
    postgres.start(home, durable=False)
    postgres.stop(home)
    (home / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(postgres.PostgresError, match=r"made by PostgreSQL 17.*pg_dump"):
        postgres.start(home)


def test_a_broken_setting_shows_what_the_log_says(place: Path) -> None:
    home = place / "postgres"
    postgres.start(home, durable=False)
    postgres.stop(home)
    with open(home / "data" / "postgresql.conf", "a") as settings:
        settings.write("\nnonsense = on\n")
    with pytest.raises(postgres.PostgresError, match="nonsense"):
        postgres.start(home)


def test_a_folder_that_cannot_be_made_is_named(place: Path) -> None:
    (place / "postgres").write_text("a file\n")
    with pytest.raises(postgres.PostgresError, match="postgres cannot be started"):
        postgres.start(place / "postgres")
    (place / "postgres").unlink()


def test_the_scratch_server_goes_with_a_killed_asker() -> None:
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert asker.stdout is not None
    port = int(asker.stdout.readline())
    asker.kill()
    asker.wait()
    asker.stdout.close()
    wait_until(lambda: not _listens(port))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
