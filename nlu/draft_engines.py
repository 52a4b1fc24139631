"""Engines of content that no client gets yet: fitted one after another, the last ones kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from knowledge_base.schema import Pack

KEPT = 2
"""Fitted engines in memory; others come back from the disk."""
MOST_WAITING = 4
"""Fittings that are under way or wait for their turn."""

Made = TypeVar("Made")


class TooManyDrafts(RuntimeError):
    """Several drafts are being learned already; ask again in a moment."""


class DraftEngines(Generic[Made]):
    """By the version of the content, so that an edit has an engine of its own. One event loop asks."""

    def __init__(self, fit: Callable[[Pack], Made]) -> None:
        self._fit = fit
        self._one = ThreadPoolExecutor(1, thread_name_prefix="draft-engine")
        self._asked: dict[str, asyncio.Future[Made]] = {}
        """Whoever was asked for last stands last."""

    def of(self, pack: Pack) -> asyncio.Future[Made]:
        """The engine of a pack; done at once where it is known, else fitted off the loop.

        Several may wait for it: shield it from their being cancelled. What failed is tried again by whoever asks next.
        Raises TooManyDrafts.
        """
        found = self._asked.pop(pack.version, None)
        if found is None or (found.done() and (found.cancelled() or found.exception() is not None)):
            if sum(not one.done() for one in self._asked.values()) >= MOST_WAITING:
                raise TooManyDrafts
            found = asyncio.get_running_loop().run_in_executor(self._one, self._fit, pack)
        self._asked[pack.version] = found
        done = [version for version, one in self._asked.items() if one.done()]
        for version in done[:-KEPT]:
            del self._asked[version]
        return found

    def close(self) -> None:
        """What waits is not begun any more."""
        self._one.shutdown(wait=False, cancel_futures=True)
