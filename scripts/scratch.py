"""A throw-away PostgreSQL for tests and measuring: ``with scratch() as server``, or as a command.

``python -m scripts.scratch`` starts one, prints ``{"url", "admin_url"}`` and holds it until its standard
input ends. So the server goes with whoever asked for it, even if that is killed with -9.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.postgres import PostgresError, Server, start, stop


@contextmanager
def scratch() -> Iterator[Server]:
    """A server in the temporary folder (fast, not durable), gone afterwards with all its data."""
    home = Path(tempfile.mkdtemp(prefix="otklik-postgres-")).resolve()
    try:
        yield start(home, durable=False)
    finally:
        stop(home, immediate=True)
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    """Holds one until standard input ends or SIGTERM comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with scratch() as server:
            print(json.dumps({"url": server.url, "admin_url": server.admin_url}), flush=True)
            sys.stdin.read()
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
