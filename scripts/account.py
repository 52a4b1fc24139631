"""Who runs the embedded PostgreSQL: it refuses root, so root hands it to another account.

An ordinary user runs it as themselves. For root it is the owner of the folder, if that is an ordinary
user, and otherwise the system account ``otklik_postgres``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "otklik_postgres"


class AccountError(Exception):
    """No ordinary account could be had to run PostgreSQL as."""


@dataclass(frozen=True)
class Account:
    """An ordinary account. ``name`` is None when it is the one we already are."""

    name: str | None
    uid: int
    gid: int

    def spawn_args(self) -> dict[str, Any]:
        """Arguments for ``subprocess`` that run a program as this account, in a folder it can enter."""
        if self.name is None:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def owns(self, path: Path) -> None:
        """Gives ``path`` to this account."""
        if self.name is not None:
            os.chown(path, self.uid, self.gid)

    def can_run(self, program: Path) -> bool:
        """Whether this account reaches and starts ``program`` (which knows ``--version``)."""
        try:
            command: list[str | Path] = [program, "--version"]
            done = subprocess.run(command, capture_output=True, check=False, **self.spawn_args())
        except PermissionError:
            return False
        return done.returncode == 0


def account_for(folder: Path) -> Account:
    """The account that runs the server kept in ``folder``, which need not exist yet."""
    if os.geteuid() != 0:
        return Account(None, os.geteuid(), os.getegid())
    return _owner(folder) or _system_account()


def open_way(account: Account, targets: Iterable[Path]) -> list[Path]:
    """Lets ``account`` pass through the closed folders above ``targets``; returns the folders changed.

    Only the right to pass is added (o+x), never the right to list or read.
    """
    changed: list[Path] = []
    if account.name is None:
        return changed
    for folder in {parent for target in targets for parent in target.parents}:
        mode, owner = folder.stat().st_mode, folder.stat().st_uid
        passable = mode & (stat.S_IXUSR if owner == account.uid else stat.S_IXOTH)
        if not passable:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            changed.append(folder)
    return sorted(changed)


def open_tree(folder: Path) -> None:
    """Lets everybody read the programs under ``folder``: root with umask 077 installs them closed."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))


def _owner(folder: Path) -> Account | None:
    for path in (folder, *folder.parents):
        if path.exists() and (uid := path.stat().st_uid) != 0:
            try:
                entry = pwd.getpwuid(uid)
            except KeyError:
                continue
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    return None


def _system_account() -> Account:
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _create()
    return Account(NAME, entry.pw_uid, entry.pw_gid)


def _create() -> pwd.struct_passwd:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", NAME]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return pwd.getpwnam(NAME)  # another start may have made it in the same moment
    except FileNotFoundError:
        reason = "useradd is not installed"
    except KeyError:
        reason = done.stderr.strip()
    raise AccountError(
        f"PostgreSQL does not run as root, and the account {NAME} could not be made: {reason}\n"
        "Start as an ordinary user, or set OTKLIK_DATABASE_URL to a database of your own."
    )
