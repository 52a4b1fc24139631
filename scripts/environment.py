"""Makes ``.venv`` from a lock file and keeps it up to date. Needs only the standard library.

``environment.py prepare run|dev`` makes it; ``environment.py run [ARGUMENT...]`` makes it and goes on to
``scripts.start``. Nothing is asked of a package registry while the lock is the one installed last.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "otklik-stamp.json"
COVERS = {"run": ("run",), "dev": ("dev", "run")}
"""Which locks are satisfied once one is installed."""


class SetupError(Exception):
    """The environment could not be made; the message says why and what to do."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def prepare(name: str) -> None:
    """Makes or updates ``.venv`` for the lock ``name`` (``run`` or ``dev``). Raises SetupError."""
    if _is_prepared(name):
        return
    # Its file lies outside .venv, which may be removed.
    with locked(ROOT / "var" / "environment.lock", "Another set-up of .venv is under way; waiting for it."):
        if _is_prepared(name):
            return
        _refuse_under_running()
        _install(name)
        _link_project()
        known = _stamp() if _stamp().get("root") == str(ROOT) else {}
        known |= {"root": str(ROOT)} | {lock: _hash(lock) for lock in COVERS[name]}
        _replace(STAMP, json.dumps(known))


def _is_prepared(name: str) -> bool:
    stamp = _stamp()
    return PYTHON.exists() and stamp.get("root") == str(ROOT) and stamp.get(name) == _hash(name)


def _stamp() -> dict[str, str]:
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def _hash(name: str) -> str:
    return hashlib.sha256(_lock_file(name).read_bytes() + Path(__file__).read_bytes()).hexdigest()


def _lock_file(name: str) -> Path:
    return ROOT / "scripts" / "locks" / f"{name}.txt"


def _install(name: str) -> None:
    base = _base_python()
    moved = _stamp().get("root", str(ROOT)) != str(ROOT)
    if VENV.exists() and (moved or not PYTHON.exists()):
        say("Removing .venv: it was made for another place or another Python.")
        shutil.rmtree(VENV)
    count = sum(1 for line in _lock_file(name).read_text().splitlines() if line and line[0] not in "#-")
    say(f"Preparing .venv: {count} packages from scripts/locks/{name}.txt (the first time: a minute or two).")
    if _has_uv():
        _install_with_uv(base, name)
    else:
        _install_with_pip(base, name, count)
    say("The environment is ready.")


def _refuse_under_running() -> None:
    lock = Path(os.environ.get("OTKLIK_VAR") or ROOT / "var") / "run.lock"
    if not lock.exists() or _is_prepared("run"):
        return
    with open(lock) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                "Otklik is running from this folder and the pinned packages have changed: stop it first.", 2
            ) from None


def _base_python() -> str:
    """The Python under us, even if we run from the very ``.venv`` that is to be made anew."""
    return os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def _has_uv() -> bool:
    try:
        return subprocess.run(["uv", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _install_with_uv(base: str, name: str) -> None:
    if not PYTHON.exists():
        call(["uv", "venv", "--quiet", "--no-project", "--python", base, VENV])
    call(["uv", "pip", "install", "--python", PYTHON, "-r", _lock_file(name)])


def _install_with_pip(base: str, name: str, count: int) -> None:
    probe = "import ensurepip, venv"
    if subprocess.run([base, "-c", probe], capture_output=True, check=False).returncode != 0:
        sudo = "" if os.geteuid() == 0 else "sudo "
        raise SetupError(
            "Python's venv module is not installed. Install it and start again:\n"
            f"    {sudo}apt-get install -y python3-venv\n"
            f"(for {base} the package may be called python{sys.version_info[0]}.{sys.version_info[1]}-venv)",
            2,
        )
    call([base, "-m", "venv", VENV])
    command: list[str | Path] = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar=off", "-r", _lock_file(name)]
    _call_counting(command, count)


def call(command: Sequence[str | Path]) -> None:
    """Runs a command whose output is the user's to see. Raises SetupError when it fails."""
    try:
        done = subprocess.run(command, check=False, stdout=sys.stderr)
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode != 0:
        raise SetupError(f"This failed, see above: {shlex.join(map(str, command))}")


def _call_counting(command: Sequence[str | Path], count: int) -> None:
    """Runs pip, showing how far it is; on failure shows the end of what it said."""
    said: list[str] = []
    fetched = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line.rstrip())
            fetched += line.startswith("Collecting ")
            if line.startswith("Collecting ") and fetched % 10 == 0:
                say(f"  {fetched} of {count} packages fetched")
            if line.startswith("Installing collected packages"):
                say("  all fetched, installing")
    if pip.returncode != 0:
        raise SetupError("\n".join([*said[-15:], "The packages could not be installed, see above."]))


def _link_project() -> None:
    """Makes ``bot`` importable and ``otklik`` a command, without a build that could fail."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    _replace(packages / "otklik.pth", f"{ROOT}\n")
    command = VENV / "bin" / "otklik"
    _replace(command, COMMAND.format(root=shlex.quote(str(ROOT))))
    command.chmod(0o755)


COMMAND = """#!/bin/sh
# The command otklik. While scripts/run runs, it finds the database and the key of that.
root={root}
var=${{OTKLIK_VAR:-$root/var}}
if [ -z "${{OTKLIK_DATABASE_URL-}}" ] && [ -r "$var/database_url" ]; then
    OTKLIK_DATABASE_URL=$(cat "$var/database_url")
    export OTKLIK_DATABASE_URL
fi
if [ -z "${{OTKLIK_SECRET_KEY-}}" ] && [ -r "$var/secret_key" ]; then
    OTKLIK_SECRET_KEY=$(cat "$var/secret_key")
    export OTKLIK_SECRET_KEY
fi
exec "$root/.venv/bin/python" -P -m bot "$@"
"""


def _replace(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    new.replace(path)


@contextmanager
def locked(path: Path, busy: str) -> Iterator[None]:
    """One process at a time, by a lock on the file ``path``; whoever has to wait is told ``busy``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(busy)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Tells the person at the terminal, on standard error: standard output belongs to what is started."""
    print(text, file=sys.stderr, flush=True)


def exit_code(work: Callable[[], object], what: str) -> int:
    """Does the work; a failure to make ``what`` is told in plain words, without a traceback."""
    try:
        work()
    except SetupError as error:
        say(str(error))
        return error.code
    except OSError as error:
        say(f"{what} cannot be made: {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped; the next start goes on from here.")
        return 130
    return 0


def main(arguments: list[str]) -> int:
    """``prepare run|dev``, or ``run [ARGUMENT...]``."""
    verb, *rest = arguments or [""]
    if verb not in ("prepare", "run") or (verb == "prepare" and (len(rest) != 1 or rest[0] not in COVERS)):
        say(str(__doc__))
        return 2
    work = (lambda: prepare(rest[0])) if verb == "prepare" else (lambda: _start(rest))
    return exit_code(work, "The environment")


def _start(arguments: Sequence[str]) -> None:
    prepare("run")
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    command = [str(PYTHON), "-P", "-m", "scripts.start", *arguments]
    os.execve(PYTHON, command, os.environ | {"PYTHONPATH": path})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
