"""Makes Rasa's environment from its lock, once for all checkouts of a user. Needs only the standard library.

``python -P -m scripts.rasa_tools.environment``, with the project's folder in PYTHONPATH, by any Python 3.11.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.environment import SetupError, call, exit_code, locked, say

LOCK = Path(__file__).resolve().parent.parent / "locks" / "rasa.txt"
STAMP = "otklik-stamp"
_PROBE = "import sys; sys.exit(sys.version_info[:2] != (3, 10))"


def folder() -> Path:
    """Where the environment of the present lock lives: in the user's cache, so that every checkout finds it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "otklik" / f"rasa-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def installed() -> Path | None:
    """The interpreter of the environment, None while it is not there or not whole."""
    python = folder() / "bin" / "python"
    return python if (folder() / STAMP).is_file() and _is_310(python) else None


def prepare() -> Path:
    """The interpreter of the environment, which is made if need be (minutes). Raises SetupError."""
    if python := installed():
        return python
    with locked(folder().with_suffix(".lock"), "Rasa's environment is being made by another process; waiting for it."):
        if python := installed():
            return python
        base = find_python()
        if base is None:
            raise SetupError(NO_PYTHON, 2)
        started = time.monotonic()
        _install(base)
        say(f"Rasa's environment is ready in {folder()} ({time.monotonic() - started:.0f} s).")
    return folder() / "bin" / "python"


def find_python() -> Path | None:
    """A Python 3.10: from the PATH, from pyenv, from uv."""
    candidates = [Path(found) for found in (shutil.which("python3.10"),) if found]
    candidates += sorted(Path.home().glob(".pyenv/versions/3.10*/bin/python3.10"), reverse=True)
    for candidate in candidates:
        if _is_310(candidate):
            return candidate
    try:
        # Run where no project's settings apply; a broken shim on the PATH must not hide a Python of uv's own.
        command = ["uv", "python", "find", "--no-project", "--managed-python", "3.10"]
        told = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    except OSError:
        return None
    found = Path(told.stdout.strip() or "/nonexistent")
    return found if _is_310(found) else None


def _is_310(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", _PROBE], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _install(base: Path) -> None:
    home = folder()
    if home.exists():
        say(f"Removing {home}: it was not finished.")
        shutil.rmtree(home)
    count = sum(1 for line in LOCK.read_text().splitlines() if line and line[0] not in "#-")
    say(f"Installing Rasa into {home}: {count} packages for {base} (one to five minutes, about 2.6 GB).")
    python = home / "bin" / "python"
    if shutil.which("uv"):
        call(["uv", "venv", "--quiet", "--no-project", "--python", base, home])
        call(["uv", "pip", "install", "--quiet", "--python", python, "-r", LOCK])
    else:
        call([base, "-m", "venv", home])
        call([python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--quiet", "-r", LOCK])
    # Last: an environment without it is not whole.
    (home / STAMP).write_text(LOCK.name + "\n")


NO_PYTHON = """PYTHON 3.10 WAS NOT FOUND, and Rasa 3.6 runs on nothing newer. Looked for: python3.10 on the PATH,
~/.pyenv/versions/3.10*, and Pythons of uv. One of these makes it, then start again:
    uv python install 3.10
    pyenv install 3.10
    apt-get install python3.10 python3.10-venv      (Ubuntu 22.04)
Without Rasa Otklik works all the same, by its own engine."""


def main(arguments: Sequence[str]) -> int:
    """Sets the environment up. Exit code 2 without a Python 3.10."""
    if arguments:
        say(f"scripts/rasa setup takes no arguments, not {shlex.join(arguments)}")
        return 2
    return exit_code(lambda: say(f"Rasa's environment: {prepare().parent.parent}"), "Rasa's environment")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
