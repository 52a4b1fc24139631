"""An engine asked from an event loop: in a thread of its own, with all that waits in one batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

from nlu.understanding import Engine, Understanding

MOST: Final = 16
"""Texts of a batch: what comes first shall not wait for too many others."""

_Waiting: TypeAlias = tuple[str, asyncio.Future[Understanding]]


class Aside:
    """Keeps an engine's work off the loop. For one event loop; any number of callers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nlu")
        self._waiting: list[_Waiting] = []
        self._busy = False

    async def understand(self, text: str) -> Understanding:
        """As the engine understands it. While it reads, further texts gather for the next batch."""
        answer: asyncio.Future[Understanding] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, answer))
        if not self._busy:
            self._read()
        return await answer

    def _read(self) -> None:
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        texts = [text for text, _ in batch]
        reading = asyncio.get_running_loop().run_in_executor(self._thread, self._engine.understand_all, texts)
        self._busy = True
        reading.add_done_callback(lambda done: self._told(batch, done))

    def _told(self, batch: Sequence[_Waiting], done: asyncio.Future[list[Understanding]]) -> None:
        self._busy = False
        if self._waiting:
            self._read()
        error = None if done.cancelled() else done.exception()
        for number, (_, answer) in enumerate(batch):
            if answer.done():
                continue
            if done.cancelled():
                answer.cancel()
            elif error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(done.result()[number])
