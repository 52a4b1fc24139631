"""Programs under measurement: started, watched for their ready line, weighed and ended by process id."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 120.0
STOP_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


class BenchError(Exception):
    """The measurement can't go on; the message says why."""


@dataclass
class Program:
    """A running program. ``lines`` grows by what it prints; ``ready_after`` is in seconds."""

    name: str
    process: subprocess.Popen[str]
    ready_line: str
    ready_after: float
    lines: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.process.pid


@contextlib.contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    is_ready: Callable[[str], bool],
    environment: Mapping[str, str],
    patience: float = READY_SECONDS,
) -> Iterator[Program]:
    """A program from its ready line on; ended with SIGTERM. Raises BenchError if it is not ready in ``patience``."""
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**_clean_environment(), **environment},
        start_new_session=True,
        preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509 - no thread of ours holds a lock then
    )
    program = Program(name, process, "", 0.0)
    try:
        _await_ready(program, is_ready, patience)
        yield program
    finally:
        _end(process)


def python(*arguments: str) -> list[str | Path]:
    """The command for a module or script in the project's own Python."""
    return [sys.executable, "-P", *arguments]


def _await_ready(program: Program, is_ready: Callable[[str], bool], patience: float) -> None:
    ready = threading.Event()
    started = time.monotonic()

    def read() -> None:
        assert program.process.stdout is not None
        for line in program.process.stdout:
            program.lines.append(line.rstrip())
            del program.lines[:-200]
            if not ready.is_set() and is_ready(line):
                program.ready_line, program.ready_after = line.strip(), time.monotonic() - started
                ready.set()

    threading.Thread(target=read, name=f"reads {program.name}", daemon=True).start()
    while not ready.wait(0.05):
        if program.process.poll() is not None or time.monotonic() - started > patience:
            said = "\n".join(f"  {line}" for line in program.lines[-15:])
            raise BenchError(f"{program.name} did not get ready; it said:\n{said}")


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _clean_environment() -> dict[str, str]:
    """Ours without settings of an Otklik that runs here for real."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _die_with_parent(parent: int) -> Callable[[], None]:
    """Makes the kernel send SIGTERM when we are killed, so that nothing is left running."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def arrange() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def descendant(pid: int, *words: str) -> int:
    """The process below ``pid``, or itself, whose command line holds all ``words``. Raises BenchError."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for one in family:
        with contextlib.suppress(psutil.Error):
            if set(words) <= set(one.cmdline()):
                return int(one.pid)
    raise BenchError(f"no process with {' '.join(words)} below {pid}")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all below it, those that have ended included."""
    total = 0.0
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        for one in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def peak_mb(pid: int) -> float:
    """The most memory a process has held (resident), in megabytes of 10**6 bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise BenchError(f"no memory known of process {pid}")
