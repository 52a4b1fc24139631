"""The commands themselves: sh without surprises, help, and what they say when something is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import environment
from tests.scripts.project import ROOT, Project

COMMANDS = ("run", "test", "lock")


def call(*command: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False, env=os.environ | settings)


@pytest.fixture
def bare_path(place: Path) -> Path:
    """A folder to be the whole PATH: a fresh machine's smallest tools, no Python, no uv."""
    folder = place / "bin"
    folder.mkdir()
    for name in ("dirname", "readlink", "id", "cat", "sh"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


@pytest.mark.parametrize("name", [*COMMANDS, "find_python.sh"])
def test_they_are_plain_sh(name: str) -> None:
    done = call("sh", "-n", ROOT / "scripts" / name)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_each_says_what_it_does(name: str, flag: str) -> None:
    done = call(ROOT / "scripts" / name, flag)
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: scripts/{name}")
    assert max(map(len, done.stdout.splitlines())) <= 120


@pytest.mark.parametrize("name", ["run", "test"])
def test_without_a_python_it_says_what_to_install(project: Project, bare_path: Path, name: str) -> None:
    done = call(project.root / "scripts" / name, PATH=str(bare_path), HOME="/nonexistent")
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "apt-get install -y python3 python3-venv" in done.stderr


def test_without_uv_and_venv_it_says_what_to_install(project: Project, bare_path: Path) -> None:
    python = os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]
    (bare_path / "python3").symlink_to(python)
    missing = project.root / "missing" / "ensurepip"
    missing.mkdir(parents=True)
    (missing / "__init__.py").write_text("raise ImportError")
    settings = {"PATH": str(bare_path), "HOME": "/nonexistent", "PYTHONPATH": str(missing.parent)}
    done = call(project.root / "scripts" / "run", **settings)
    assert done.returncode == 2
    assert "apt-get install -y python3-venv" in done.stderr
    assert not (project.root / ".venv").exists()


def test_without_a_change_of_the_lock_nothing_is_installed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(environment, "ROOT", place)
    monkeypatch.setattr(environment, "VENV", place / ".venv")
    monkeypatch.setattr(environment, "PYTHON", place / ".venv" / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", place / ".venv" / "stamp.json")
    monkeypatch.setattr(environment, "_install", installed.append)
    locks = place / "scripts" / "locks"
    locks.mkdir(parents=True)
    (locks / "run.txt").write_text("a==1\n")
    (locks / "dev.txt").write_text("a==1\nb==1\n")
    (place / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (place / ".venv" / "bin").mkdir()
    (place / ".venv" / "bin" / "python").symlink_to(sys.executable)

    environment.prepare("run")
    environment.prepare("run")
    assert installed == ["run"]
    environment.prepare("dev")
    environment.prepare("dev")
    environment.prepare("run")
    assert installed == ["run", "dev"], "dev holds everything run does"
    (locks / "dev.txt").write_text("a==1\nb==2\n")
    environment.prepare("run")
    assert installed == ["run", "dev"]
    environment.prepare("dev")
    (locks / "run.txt").write_text("a==2\n")
    environment.prepare("run")
    assert installed == ["run", "dev", "dev", "run"]
    stamp = json.loads((place / ".venv" / "stamp.json").read_text())
    (place / ".venv" / "stamp.json").write_text(json.dumps(stamp | {"root": "/moved"}))
    environment.prepare("run")
    assert installed[-2:] == ["run", "run"]


def test_the_command_otklik_finds_what_runs_from_anywhere(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = project.root / ".venv"
    (venv / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (venv / "bin").mkdir()
    python = venv / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$OTKLIK_DATABASE_URL" "$OTKLIK_SECRET_KEY" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(environment, "ROOT", project.root)
    monkeypatch.setattr(environment, "VENV", venv)
    environment._link_project()
    var = project.root / "var"
    var.mkdir()
    (var / "database_url").write_text("from-the-file\n")
    (var / "secret_key").write_text("key\n")
    plain = {"OTKLIK_DATABASE_URL": "", "OTKLIK_SECRET_KEY": "", "OTKLIK_VAR": ""}
    otklik = venv / "bin" / "otklik"
    assert call(otklik, "a b", **plain).stdout == "from-the-file key -P -m bot a b\n"
    assert call(otklik, **plain | {"OTKLIK_DATABASE_URL": "mine"}).stdout == "mine key -P -m bot\n"


@pytest.mark.parametrize("name", ["run", "dev"])
def test_the_locks_pin_everything_and_name_no_address(name: str) -> None:
    lines = (ROOT / "scripts" / "locks" / f"{name}.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all("==" in pin for pin in pins)
    assert not [line for line in lines if "://" in line or line.startswith("-")]


def test_what_is_tested_is_what_runs() -> None:
    locks = ROOT / "scripts" / "locks"
    run, dev = ((locks / name).read_text().splitlines()[1:] for name in ("run.txt", "dev.txt"))
    assert set(run) <= set(dev)
