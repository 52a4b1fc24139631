"""A durable PostgreSQL that can be stopped and started again: ``python -m tests.faults.keeper``.

Durable as in production: what was committed must survive a stop without a last checkpoint. Prints
``{"url"}`` (of a user who may create databases), then answers ``{"do": "stop"}`` and ``{"do": "start"}``;
the port stays the same. At the end of its standard input the server and its data go away.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from scripts.postgres import start, stop


def main() -> int:
    """Keeps one server until standard input ends or SIGTERM comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    home = Path(tempfile.mkdtemp(prefix="otklik-faults-postgres-")).resolve()
    try:
        print(json.dumps({"url": start(home).url}), flush=True)
        for line in sys.stdin:
            match json.loads(line)["do"]:
                case "stop":
                    print(json.dumps({"stopped": stop(home, immediate=True)}), flush=True)
                case "start":
                    print(json.dumps({"url": start(home).url}), flush=True)
    finally:
        stop(home, immediate=True)
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
