"""Starts the database, the key and ``otklik run``, keeps watch over them and stops them together.

Called by ``scripts/run`` once ``.venv`` is ready. It alone owns the embedded PostgreSQL.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from scripts import postgres

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """Otklik cannot be started; the message says why and what to do. Exit code 2."""


class Watch:
    """The running ``otklik run``, and what a signal to us does to it."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.asked = 0.0  # time.monotonic() of the first signal
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, sign: int, frame: FrameType | None) -> None:
        again = bool(self.asked)
        self.asked = self.asked or time.monotonic()
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(signal.SIGKILL if again else signal.SIGTERM)

    def run(self, command: list[str], lock: int, each_second: Callable[[], None]) -> int:
        """Runs ``command`` to its end, handing a signal on; returns its exit code."""
        if self.asked:
            return 0
        # Its own session: Ctrl-C in the terminal reaches us alone, and we hand it on exactly once.
        # The lock goes along: while the child lives, even without us, nobody starts a second one.
        # There are no threads here, so preexec_fn is safe.
        self.child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock],
            preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509
        )
        if self.asked:
            self.child.send_signal(signal.SIGTERM)
        while True:
            try:
                code = self.child.wait(timeout=1.0)
                return code if code >= 0 else 128 - code
            except subprocess.TimeoutExpired:
                if not self.asked:
                    each_second()
                elif time.monotonic() > self.asked + STOP_SECONDS:
                    say(f"It does not stop within {STOP_SECONDS:.0f} s: killed.")
                    self.child.kill()

    def kill(self) -> None:
        """Ends the child if it still lives: something went wrong on our side."""
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.child.kill()


def _die_with_parent(parent: int) -> Callable[[], None]:
    """Makes the kernel send the child SIGTERM when we are killed, so that it never lives on unseen."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def arrange() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


@contextmanager
def only_one(var: Path) -> Iterator[int]:
    """Holds the lock of this folder and yields its file descriptor. Raises StartError if it is taken."""
    with open(var / "run.lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StartError(
                f"Otklik is already running from {var} (process {file.read().strip() or 'unknown'}): stop it "
                "first. To add a worker on the same database: .venv/bin/otklik run, with its own OTKLIK_PORT."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield file.fileno()


def check_port() -> None:
    """Raises StartError if the page's port is taken. A wrong setting is left to otklik to explain."""
    host, port = os.environ.get("OTKLIK_HOST") or "127.0.0.1", os.environ.get("OTKLIK_PORT") or "8080"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
    except (OSError, ValueError, OverflowError):
        return
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StartError(
                    f"Port {port} is taken by another program. Choose a free one: "
                    f"OTKLIK_PORT={(int(port) + 1) % 65536 or 8080} scripts/run"
                ) from None
            if error.errno == errno.EACCES:
                raise StartError(
                    f"Port {port} may not be opened by this user. From 1024 on they may: OTKLIK_PORT=8080 scripts/run"
                ) from None


def secret_key(var: Path) -> str:
    """The key kept in ``var/secret_key``, made at the first start, readable by its owner only."""
    path = var / "secret_key"
    if not path.exists():
        new = path.with_name(f"secret_key.{os.getpid()}")
        with open(new, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
    key = path.read_text().strip()
    if len(key) < 16:
        raise StartError(f"{path} is damaged. Put your copy back; personal data kept so far needs that key.")
    return key


class Database:
    """The embedded PostgreSQL while ``otklik run`` runs; ``var/database_url`` leads other commands to it."""

    def __init__(self, var: Path) -> None:
        self.home = var / "postgres"
        self.address = var / "database_url"

    def start(self) -> str:
        """Starts or adopts it and returns the URL of the application's database."""
        if not (self.home / "data").exists():
            say(f"Making the embedded database in {self.home}.")
        server = postgres.start(self.home)
        for folder in server.opened:
            say(f"Note: others may now pass through {folder} (chmod o+x): PostgreSQL does not run as root.")
        if server.adopted:
            say("The embedded database was still running; taken over.")
        self.address.unlink(missing_ok=True)
        with open(self.address, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(server.url + "\n")
        return server.url

    def revive(self) -> None:
        """Starts it again, on the same port, if it has ended."""
        if postgres.running(self.home) is None:
            say("The embedded database has ended; starting it again.")
            postgres.start(self.home)

    def stop(self) -> None:
        """Stops it, whoever started it."""
        self.address.unlink(missing_ok=True)
        if postgres.stop(self.home):
            say("The embedded database is stopped.")


def serve(arguments: list[str], var: Path, lock: int) -> int:
    """Runs everything until the end; returns the exit code."""
    watch = Watch()
    check_port()
    os.environ["OTKLIK_VAR"] = str(var)
    os.environ["OTKLIK_SECRET_KEY"] = os.environ.get("OTKLIK_SECRET_KEY") or secret_key(var)
    command = [sys.executable, "-P", "-m", "bot", "run", *arguments]
    if os.environ.get("OTKLIK_DATABASE_URL"):
        return watch.run(command, lock, lambda: None)
    database = Database(var)
    try:
        os.environ["OTKLIK_DATABASE_URL"] = database.start()
        return watch.run(command, lock, database.revive)
    finally:
        watch.kill()
        database.stop()


def say(text: str) -> None:
    """Tells the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Entry: arguments go to ``otklik run``."""
    var = Path(os.environ.get("OTKLIK_VAR") or ROOT / "var").absolute()
    try:
        var.mkdir(parents=True, exist_ok=True)
        with only_one(var) as lock:
            return serve(arguments, var, lock)
    except (StartError, postgres.PostgresError) as error:
        say(str(error))
        return 2
    except OSError as error:
        say(f"Otklik cannot be started: {error.filename or var}: {error.strerror}.")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
