"""What a worker tells systemd (sd_notify): ready, alive, stopping. Without systemd, nothing."""

from __future__ import annotations

import contextlib
import os
import socket

from bot.pulse import Pulse

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


def tell(state: str) -> None:
    """One message; one that can't be sent changes nothing for the clients."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
        way.connect(address)
        way.sendall(state.encode())


def watchdog_seconds() -> float | None:
    """How often to tell that we live: half of what systemd waits; None: it doesn't watch."""
    wanted = os.environ.get("WATCHDOG_USEC", "")
    return int(wanted) / 2_000_000 if wanted.isdecimal() and int(wanted) else None


def alive(pulse: Pulse) -> None:
    """Tell so, unless a loop hangs: systemd then starts the worker anew. An ingress hangs with its messenger."""
    if not [name for name in pulse.still() if not name.startswith("ingress")]:
        tell(ALIVE)
