"""A copy of the scripts with a stand-in for the bot, and how to wait for it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

STAND_IN = """
import os, signal, sys, time, urllib.parse
def end(*_):
    print("bot: stopping", flush=True)
    sys.exit(int(os.environ.get("BOT_CODE", "0")))
if os.environ.get("BOT_DEAF"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, end)
print("bot:", os.getpid(), urllib.parse.urlsplit(os.environ["OTKLIK_DATABASE_URL"]).port,
      len(os.environ["OTKLIK_SECRET_KEY"]), *sys.argv[1:], flush=True)
time.sleep(60)
"""


def wait_until(true: Callable[[], object], seconds: float = 20) -> None:
    """Looks again and again; fails if it never comes true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.02)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Project:
    """A copy of the scripts beside a stand-in for the bot, started as ``scripts/run`` does it."""

    root: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Starts ``scripts.start``; what it says goes to ``said``. ``settings``: environment variables."""
        known = {key: value for key, value in os.environ.items() if not key.startswith("OTKLIK_")}
        known |= {"PYTHONPATH": str(self.root), "OTKLIK_PORT": str(free_port())} | settings
        with open(self.root / "said", "w") as said:
            command = [sys.executable, "-P", "-m", "scripts.start", *arguments]
            started = subprocess.Popen(command, env=known, cwd="/", stdout=said, stderr=said, text=True)
        self.started.append(started)
        return started

    def said(self) -> str:
        """All that was printed since the last start."""
        return (self.root / "said").read_text()

    def bot(self) -> list[str]:
        """The stand-in's words once it is up: its pid, the database's port, the key's length, arguments."""
        wait_until(lambda: "bot: " in self.said() or self.started[-1].poll() is not None)
        lines = [line for line in self.said().splitlines() if line.startswith("bot: ")]
        assert lines, self.said()
        return lines[0].split()[1:]
