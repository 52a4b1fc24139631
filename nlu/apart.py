"""Fitting in a process of its own: training takes twice the memory of serving, and here it is given back."""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge_base.schema import Pack
from nlu import engine_cache
from nlu.matcher import Matcher

SECONDS = 300
"""More than any pack takes; a fitting that hangs is given up."""
_log = logging.getLogger(__name__)


def fit_apart(pack: Pack, folder: Path, *, sentences: Path | None = None, niceness: int = 0) -> Matcher:
    """The engine of a pack, from ``folder``, fitted into it if need be. Where that fails, fitted right here.

    ``sentences``: as for ``Matcher.fit``; ``niceness``: how much the process gives way to others.
    """
    path = engine_cache.cache_file(folder, pack.version, encoder=True)
    if not path.is_file():
        with _turn(folder):
            if not path.is_file():
                _fit_in_a_process(pack, folder, sentences, niceness)
    return Matcher.fit(pack, folder, sentences=sentences)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Workers of one machine fit one after another: who waited finds what the other has fitted."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / ".turn", "a")  # noqa: SIM115 - it may be missing
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fit_in_a_process(pack: Pack, folder: Path, sentences: Path | None, niceness: int) -> None:
    found = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nlu.apart", str(folder), str(sentences or folder / "sentences"), str(niceness)],
            input=pack.model_dump_json().encode(),
            capture_output=True,
            env=os.environ | {"PYTHONPATH": found},
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("the engine could not be fitted apart (%s)", type(error).__name__)
        return
    if done.returncode:
        _log.warning("the engine could not be fitted apart: %s", done.stderr.decode(errors="replace")[-500:])


if __name__ == "__main__":
    os.nice(int(sys.argv[3]))
    Matcher.fit(Pack.model_validate_json(sys.stdin.buffer.read()), Path(sys.argv[1]), sentences=Path(sys.argv[2]))
