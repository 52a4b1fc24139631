"""``scripts/run`` once ``.venv`` is ready: database, key and bot start and stop together."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

from scripts import postgres
from tests.scripts.project import Project, free_port, wait_until


def is_up(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_it_starts_all_hands_arguments_on_and_stops_all_cleanly(project: Project) -> None:
    started = project.start("--verbose")
    pid, port, key_length, *arguments = project.bot()
    assert arguments == ["run", "--verbose"]
    assert int(key_length) >= 32
    var = project.root / "var"
    assert f":{port}/" in (var / "database_url").read_text()
    for name in ("database_url", "secret_key"):
        assert stat.S_IMODE((var / name).stat().st_mode) == 0o600
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=30) == 0
    assert project.said().count("bot: stopping") == 1
    assert postgres.running(var / "postgres") is None
    assert not is_up(int(pid))
    assert not (var / "database_url").exists()


def test_a_second_start_keeps_key_and_database(project: Project) -> None:
    ports, keys = set(), set()
    for _ in range(2):
        before = time.monotonic()
        started = project.start()
        ports.add(project.bot()[1])
        took = time.monotonic() - before
        keys.add((project.root / "var" / "secret_key").read_text())
        started.terminate()
        assert started.wait(timeout=30) == 0
    assert len(ports) == len(keys) == 1
    assert took < 5, "about 0.3 s on an idle machine"


def test_the_exit_code_of_the_bot_is_ours(project: Project) -> None:
    started = project.start(BOT_CODE="2")
    os.kill(int(project.bot()[0]), signal.SIGTERM)
    assert started.wait(timeout=30) == 2
    assert postgres.running(project.root / "var" / "postgres") is None


def test_two_starts_in_one_folder_the_second_is_told(project: Project) -> None:
    first = project.start()
    project.bot()
    second = project.start()
    assert second.wait(timeout=20) == 2
    assert f"already running from {project.root / 'var'} (process {first.pid})" in project.said()
    assert postgres.running(project.root / "var" / "postgres") is not None


def test_killed_with_9_the_bot_ends_and_the_next_start_takes_the_database_over(project: Project) -> None:
    killed = project.start()
    pid, port, *_ = project.bot()
    killed.kill()
    killed.wait()
    wait_until(lambda: not is_up(int(pid)))
    server = postgres.running(project.root / "var" / "postgres")
    assert server is not None
    again = project.start()
    assert project.bot()[1] == port
    assert "taken over" in project.said()
    assert postgres.running(project.root / "var" / "postgres") == server
    again.terminate()
    assert again.wait(timeout=30) == 0
    assert postgres.running(project.root / "var" / "postgres") is None


def test_a_database_that_died_is_started_again_at_the_same_address(project: Project) -> None:
    project.start()
    port = project.bot()[1]
    home = project.root / "var" / "postgres"
    former = postgres.running(home)
    assert former is not None
    os.kill(former, signal.SIGKILL)
    wait_until(lambda: postgres.running(home) not in (None, former))
    assert (home / "port").read_text().strip() == port
    assert "starting it again" in project.said()


def test_a_second_signal_ends_a_bot_that_does_not_listen(project: Project) -> None:
    started = project.start(BOT_DEAF="1")
    project.bot()
    started.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert started.poll() is None
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=30) == 128 + signal.SIGKILL
    assert postgres.running(project.root / "var" / "postgres") is None


def test_a_signal_while_the_database_is_made_stops_all_without_noise(project: Project) -> None:
    started = project.start()
    wait_until(lambda: (project.root / "var" / "postgres" / "data.new").exists())
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=30) == 0
    assert "Traceback" not in project.said()
    assert "bot:" not in project.said()
    assert postgres.running(project.root / "var" / "postgres") is None


def test_with_a_database_of_ones_own_none_is_started(project: Project) -> None:
    given = "postgresql://user:word@127.0.0.1:5/own"
    started = project.start(OTKLIK_DATABASE_URL=given, OTKLIK_SECRET_KEY="0123456789abcdef")
    assert project.bot()[1:3] == ["5", "16"]
    started.terminate()
    assert started.wait(timeout=30) == 0
    assert sorted(path.name for path in (project.root / "var").iterdir()) == ["run.lock"]


def test_a_taken_port_is_told_before_anything_starts(project: Project) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        started = project.start(OTKLIK_PORT=str(port))
        assert started.wait(timeout=20) == 2
    assert f"Port {port} is taken by another program." in project.said()
    assert not (project.root / "var" / "postgres").exists()


def test_a_damaged_key_is_not_replaced(project: Project) -> None:
    (project.root / "var").mkdir()
    (project.root / "var" / "secret_key").write_text("")
    assert project.start().wait(timeout=20) == 2
    assert "secret_key is damaged" in project.said()


def test_a_folder_that_cannot_be_written_is_named(project: Project) -> None:
    (project.root / "var").write_text("a file")
    assert project.start().wait(timeout=20) == 2
    assert f"{project.root / 'var'}: File exists" in project.said()
    (project.root / "var").unlink()


def test_the_folder_may_lie_elsewhere(project: Project) -> None:
    elsewhere = project.root / "else where"
    project.start(OTKLIK_VAR=str(elsewhere), OTKLIK_PORT=str(free_port()))
    project.bot()
    assert postgres.running(elsewhere / "postgres") is not None
    process = project.started[-1]
    process.terminate()
    try:
        assert process.wait(timeout=30) == 0
    except subprocess.TimeoutExpired:
        postgres.stop(elsewhere / "postgres", immediate=True)
        raise
