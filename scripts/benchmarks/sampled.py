"""A worker whose processor time is told apart by the steps of a message's way.

``python -m scripts.benchmarks.sampled FOLDER run`` is ``otklik run`` with a sampler: every few milliseconds of the
process's CPU time it looks where each thread is and charges the thread's CPU time since the last look to that step.
On SIGUSR1 it writes what each step has had so far, in seconds, to a new file FOLDER/<number>.json.
"""

from __future__ import annotations

import itertools
import json
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import CodeType, FrameType

ROOT = str(Path(__file__).resolve().parents[2])
SAMPLE_SECONDS = 0.004
REST = "the rest"
"""The event loop, parsing of HTTP, drivers between two steps, the garbage collector, native threads, the page."""

WAYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("read", (("bot/channels/*/parse.py", ""),)),
    ("understand", (("nlu/*", ""), ("bot/usecases/handle_update.py", "_understood"))),
    ("decide", (("bot/domain/decide.py", ""),)),
    ("deliver", (("bot/usecases/deliver.py", ""), ("bot/channels/*/send.py", ""), ("bot/pumps.py", "make_calls"))),
    ("claim", (("bot/usecases/handle_update.py", "claim"),)),
    (
        "receive",
        tuple((path, "") for path in (
            "bot/channels/*/receive.py", "bot/channels/*/webhook.py", "bot/channels/hooks.py",
            "bot/usecases/receive.py",
        )),
    ),
    ("save", (("bot/turn.py", ""), ("bot/storage/*", ""), ("bot/usecases/handle_update.py", ""))),
)  # fmt: skip
"""Steps by the files and functions they run in; "": any function. The first one found on a stack has it."""
STEPS = ("receive", "claim", "read", "understand", "decide", "save", "deliver", REST)
"""In the order of a message's way."""


class Sampler:
    """Seconds of CPU time by step, of all threads that run Python."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._seen: dict[int, float] = {}
        self._ranks: dict[CodeType, int] = {}
        self._numbers = itertools.count()

    def start(self) -> None:
        """In the main thread."""
        signal.signal(signal.SIGPROF, self._look)
        signal.signal(signal.SIGUSR1, self._tell)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)

    def _look(self, *_: object) -> None:
        for thread, frame in sys._current_frames().items():
            now = time.clock_gettime(time.pthread_getcpuclockid(thread))
            spent = now - self._seen.get(thread, 0.0)
            self._seen[thread] = now
            if spent > 0:
                self._seconds[self._step(frame)] += spent

    def _step(self, frame: FrameType | None) -> str:
        best = len(WAYS)
        while frame is not None:
            code = frame.f_code
            rank = self._ranks.get(code)
            if rank is None:
                rank = self._ranks[code] = _rank(code.co_filename, code.co_name)
            best = min(best, rank)
            frame = frame.f_back
        return WAYS[best][0] if best < len(WAYS) else REST

    def _tell(self, *_: object) -> None:
        """The rest is whatever the process had beside the steps."""
        self._look()
        told = {step: self._seconds[step] for step in STEPS if step != REST}
        told[REST] = time.process_time() - sum(told.values())
        path = self._folder / f"{next(self._numbers)}.json"
        path.with_suffix(".part").write_text(json.dumps(told))
        path.with_suffix(".part").rename(path)


def _rank(path: str, function: str) -> int:
    """The place in ``WAYS`` of a function, its length if it is in none."""
    within = Path(path.removeprefix(f"{ROOT}/"))
    for rank, (_, places) in enumerate(WAYS):
        if any(within.match(pattern) and name in ("", function) for pattern, name in places):
            return rank
    return len(WAYS)


if __name__ == "__main__":
    from bot import cli

    Sampler(Path(sys.argv[1])).start()
    sys.exit(cli.main(sys.argv[2:]))
