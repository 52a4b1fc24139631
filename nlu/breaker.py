"""A circuit breaker: what fails is left alone for a while, then looked at before it is used again."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum


class State(StrEnum):
    CLOSED = "closed"
    """In use."""
    OPEN = "open"
    """Left alone."""
    HALF_OPEN = "half-open"
    """Being looked at."""


class Breaker:
    """Opens after failures in a row; each opening without a success in between pauses twice as long.

    It begins open, with the first look due at once: nothing is known yet. ``clock`` is monotonic, in seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        failures: int = 3,
        first_pause: float = 1.0,
        longest_pause: float = 30.0,
    ) -> None:
        self._clock = clock
        self._most, self._first, self._longest = failures, first_pause, longest_pause
        self._failed = 0
        self._pause = first_pause
        self._until = clock()
        self.state = State.OPEN

    @property
    def allows(self) -> bool:
        """Whether it may be used."""
        return self.state is State.CLOSED

    def succeeded(self) -> None:
        """A use went well. One begun before the breaker opened changes nothing."""
        if self.state is State.CLOSED:
            self._failed, self._pause = 0, self._first

    def failed(self, *, heavily: bool = False) -> None:
        """A use went wrong; ``heavily``: once is enough to leave it alone."""
        if self.state is not State.CLOSED:
            return
        self._failed += 1
        if heavily or self._failed >= self._most:
            self._open()

    def looks(self) -> bool:
        """Whether the pause is over and the caller now has to look, and to tell by ``close`` or ``reopen``."""
        if self.state is not State.OPEN or self._clock() < self._until:
            return False
        self.state = State.HALF_OPEN
        return True

    def close(self) -> None:
        """The look found it well."""
        self.state, self._failed = State.CLOSED, 0

    def reopen(self) -> None:
        """The look found it still failing."""
        self._open()

    def _open(self) -> None:
        self.state = State.OPEN
        self._until = self._clock() + self._pause
        self._pause = min(2 * self._pause, self._longest)
