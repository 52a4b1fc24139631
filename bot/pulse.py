"""Signs of life of a worker's loops: each beats, and whoever looks sees which has stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

STILL_SECONDS = 45.0
"""A loop that has not beaten for so long hangs: a statement is given up after 30 seconds."""


class Pulse:
    """Beats by name. A loop that has ended in order is ``let_go``."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def beat(self, name: str, lasts: float = STILL_SECONDS) -> None:
        """Alive now; the next beat comes within ``lasts`` seconds."""
        self._until[name] = self._clock() + lasts

    def let_go(self, name: str) -> None:
        self._until.pop(name, None)

    def still(self) -> list[str]:
        """Names of loops whose beat is overdue."""
        now = self._clock()
        return sorted(name for name, until in self._until.items() if now > until)
