"""A durable PostgreSQL that can be stopped and started again: ``python -m tests.faults.keeper [MEGABYTES]``.

Durable as in production: what was committed must survive a stop without a last checkpoint. Prints
``{"url"}`` (of a user who may create databases), then answers ``{"do": "stop"}`` and ``{"do": "start"}``;
the port stays the same. At the end of its standard input the server and its data go away.

With a number it lives on a disk of that size, in memory and seen by nobody else (which takes root):
``{"do": "fill"}`` leaves no room on it, ``{"do": "switch"}`` makes the server need some for its log, and
``{"do": "free"}`` gives the room back, and starts the server if that has ended it.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg

from scripts.postgres import Server, start, stop

CLONE_NEWNS = 0x20000
BALLAST = "ballast"
LEFT_BYTES = 64 * 1024


def can_mount() -> bool:
    """Whether there can be a disk of our own: for root, and never in CI."""
    return os.geteuid() == 0 and not os.environ.get("CI") and shutil.which("mount") is not None


def main() -> int:
    """Keeps one server until standard input ends or SIGTERM comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    home = Path(tempfile.mkdtemp(prefix="otklik-faults-postgres-")).resolve()
    try:
        if len(sys.argv) > 1:
            _mount(home, int(sys.argv[1]))
        server = start(home)
        print(json.dumps({"url": server.url}), flush=True)
        for line in sys.stdin:
            print(json.dumps(_done(json.loads(line)["do"], home, server)), flush=True)
    finally:
        stop(home, immediate=True)
        if len(sys.argv) > 1:
            subprocess.run(["umount", "-l", home], check=False)
        shutil.rmtree(home, ignore_errors=True)
    return 0


def _done(wish: str, home: Path, server: Server) -> dict[str, Any]:
    match wish:
        case "stop":
            return {"stopped": stop(home, immediate=True)}
        case "start":
            return {"url": start(home).url}
        case "fill":
            return {"filled": _fill(home)}
        case "switch":
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                asyncio.run(_switch(server.admin_url))
            return {}
        case "free":
            (home / BALLAST).unlink()
            return {"url": start(home).url}
    raise ValueError(wish)


def _mount(home: Path, megabytes: int) -> None:
    """A disk of our own in a mount namespace of our own, which goes away with the last of our processes."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "no mount namespace of our own")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", home], check=True)


def _fill(home: Path) -> int:
    """Writes until hardly anything fits. How many bytes that took."""
    with open(home / BALLAST, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
        file.truncate(size := max(0, file.tell() - LEFT_BYTES))
    return size


async def _switch(url: str) -> None:
    """A new file of the log is begun, for which there may be no room."""
    connection = await asyncpg.connect(url, timeout=5)
    try:
        await connection.execute("SELECT pg_switch_wal()", timeout=5)
    finally:
        await connection.close(timeout=2)


if __name__ == "__main__":
    sys.exit(main())
