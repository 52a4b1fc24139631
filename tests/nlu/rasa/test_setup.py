"""``scripts/rasa``: what it says, and what it does without a Python 3.10. Needs no Rasa."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.environment import SetupError
from scripts.rasa_tools import command, environment, model

ROOT = Path(__file__).resolve().parents[3]
TOOL = ("-P", "-m", "scripts.rasa_tools.environment")
BARE = Path(sys.base_prefix) / "bin" / "python3"
"""A Python without any of our packages: the set-up comes before them."""


def _run(
    *arguments: str | Path, home: Path, path: str = "/nonexistent", **more: str
) -> subprocess.CompletedProcess[str]:
    env = {"HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT), **more}
    return subprocess.run([*map(str, arguments)], env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["-h"], ["train", "--help"], ["serve", "-h"]])
def test_help_tells_every_command(arguments: list[str], tmp_path: Path) -> None:
    done = _run(ROOT / "scripts" / "rasa", *arguments, home=tmp_path, path=os.environ["PATH"])
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("setup", "train", "serve", "test", "OTKLIK_RASA_TOKEN", "Exit code"))


@pytest.mark.parametrize("arguments", [[], ["sing"], ["--port", "1"]])
def test_anything_else_is_told_how_to_ask(arguments: list[str], tmp_path: Path) -> None:
    done = _run(ROOT / "scripts" / "rasa", *arguments, home=tmp_path, path=os.environ["PATH"])
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: scripts/rasa" in done.stderr


def test_without_python_310_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    done = _run(BARE, *TOOL, home=tmp_path)
    assert done.returncode == 2
    assert "PYTHON 3.10 WAS NOT FOUND" in done.stderr
    assert "uv python install 3.10" in done.stderr
    assert not list((tmp_path / ".cache" / "otklik").glob("rasa-*/"))


def test_a_shim_that_runs_nothing_is_no_python(tmp_path: Path) -> None:
    shim = tmp_path / "bin" / "python3.10"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    done = _run(BARE, *TOOL, home=tmp_path, path=str(shim.parent))
    assert done.returncode == 2


def test_an_install_that_fails_leaves_nothing_that_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(environment, "find_python", lambda: tmp_path / "no-python")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SetupError):
        environment.prepare()
    assert environment.installed() is None


def test_the_environment_is_named_by_its_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = environment.folder()
    assert first.parent == tmp_path / "otklik"
    changed = tmp_path / "rasa.txt"
    changed.write_bytes(environment.LOCK.read_bytes() + b"# changed\n")
    monkeypatch.setattr(environment, "LOCK", changed)
    assert environment.folder() != first


def test_the_token_is_made_once_for_the_owners_eyes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTKLIK_RASA_TOKEN", raising=False)
    made = command.token(tmp_path)
    assert len(made) > 30
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    assert command.token(tmp_path) == made
    monkeypatch.setenv("OTKLIK_RASA_TOKEN", "given")
    assert command.token(tmp_path) == "given"


def test_an_empty_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTKLIK_RASA_TOKEN", raising=False)
    (tmp_path / "token").write_text("\n")
    with pytest.raises(ValueError, match="is empty"):
        command.token(tmp_path)


def test_rasa_is_run_without_telemetry_and_without_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_KEY", "secret")
    told = model.environment()
    assert told["RASA_TELEMETRY_ENABLED"] == "false"
    assert "secret" not in told.values()


def test_new_processors_get_the_kernels_that_do_not_break(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_text("flags : fpu avx2 avx512f amx_tile\n")
    old.write_text("flags : fpu sse4_2 avx2\n")
    assert model.environment(new)["OPENBLAS_CORETYPE"] == "Haswell"
    assert "OPENBLAS_CORETYPE" not in model.environment(old)
    assert "OPENBLAS_CORETYPE" not in model.environment(tmp_path / "none")


def test_the_last_two_models_are_kept(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "older", "oldest")):
        path = tmp_path / f"{name}.tar.gz"
        path.touch()
        os.utime(path, (1_000 - age, 1_000 - age))
    model._keep_the_last(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.tar.gz", "older.tar.gz"]
