"""The queue behind getUpdates: numbering, offsets, long polling, and updates that go wrong on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from tests.emulators.faults import Faults
from tests.emulators.telegram_errors import Conflict
from tests.emulators.wire import held

Update = dict[str, Any]

NOT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MAX_BATCH: Final = 100

# Each of them fails validation in an SDK that checks types.
MALFORMED: Final[tuple[Update, ...]] = (
    {"message": {"message_id": "not a number", "date": 0, "chat": {"id": 1, "type": "private"}}},
    {"message": {"message_id": 1, "date": {"year": 2025}, "chat": {"id": 1, "type": "private"}}},
    {"message": ["a", "list"]},
    {"callback_query": {"id": 5, "from": "nobody", "data": []}},
    {"message": {"message_id": 1, "date": 0, "text": "no chat at all"}},
)


class UpdateQueue:
    """Updates not yet confirmed, oldest first; one poller at a time, as on the real server."""

    def __init__(self, first_id: int, faults: Faults) -> None:
        self._next = first_id
        self.faults = faults
        self._queue: dict[int, Update] = {}
        self._again: list[Update] = []
        self._poller: asyncio.Future[bool] | None = None
        self.allowed: frozenset[str] | None = None
        self.on_news: Callable[[int, Update], None] | None = None
        """Called with each update that comes, while a webhook is set."""

    def __len__(self) -> int:
        return len(self._queue) + len(self._again)

    @property
    def polled(self) -> bool:
        """Whether someone is waiting for updates."""
        return self._poller is not None

    def clear(self) -> None:
        """Drop everything not confirmed; numbers go on."""
        self._queue.clear()
        self._again.clear()

    def push(self, kind: str, body: Update) -> int:
        """Queue an update of this kind unless `allowed_updates` leaves it out (0 is returned then)."""
        if not self._wanted(kind):
            return 0
        update_id = self._next
        self._append(update_id, {"update_id": update_id, kind: body})
        return update_id

    def push_raw(self, update: Update) -> int:
        """Queue an update as it is; a missing `update_id` is added, an old one makes it a replay.

        Returns the number it is confirmed by.
        """
        given = update.get("update_id", self._next)
        if isinstance(given, int) and given < self._next and "update_id" in update:
            if self.on_news is not None:
                self.on_news(given, update)
                return given
            self._again.append(update)
            self._wake()
            return given
        update_id = given if isinstance(given, int) else self._next
        self._append(update_id, {"update_id": given, **update})
        return update_id

    def confirm(self, offset: int) -> None:
        """Forget every update below this offset; a negative one keeps only the last `-offset` updates."""
        if offset < 0:
            for update_id in list(self._queue)[:offset]:
                del self._queue[update_id]
            return
        while self._queue and (first := next(iter(self._queue))) < offset:
            del self._queue[first]

    def waiting(self) -> list[tuple[int, Update]]:
        """Everything not confirmed, with the number it is confirmed by."""
        return list(self._queue.items())

    def delivered(self, update_id: int) -> None:
        """Forget one update that a webhook has taken."""
        self._queue.pop(update_id, None)

    async def take(self, limit: int, timeout: float, gone: asyncio.Event) -> list[Update]:
        """The next batch, waiting up to `timeout` seconds. Raises Conflict when another poller comes."""
        self._end_other_poll()
        if not self and timeout > 0:
            await self._wait(timeout, gone)
        # An update handed to a caller who has left would look delivered to the faults.
        return [] if gone.is_set() else self._batch(limit)

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed is not None else kind not in NOT_BY_DEFAULT

    def _append(self, update_id: int, update: Update) -> None:
        self._next = max(self._next, update_id) + 1
        self._queue[update_id] = update
        if self.on_news is not None:
            self.on_news(update_id, update)
        self._wake()

    def _wake(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(True)

    def _end_other_poll(self) -> None:
        if self._poller is not None and not self._poller.done():
            reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
            self._poller.set_exception(Conflict(reason))

    async def _wait(self, timeout: float, gone: asyncio.Event) -> None:
        poller: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._poller = poller
        try:
            await held(poller, gone, timeout)
        finally:
            if self._poller is poller:
                self._poller = None
        if poller.done():
            poller.result()

    def _batch(self, limit: int) -> list[Update]:
        batch, self._again = self._again, []
        for update in list(islice(self._queue.values(), limit)):
            batch.append(update)
            self._duplicate(update, batch)
        if batch and self.faults.pick_update("malformed"):
            batch.append(self._malformed())
        if len(batch) > 1 and self.faults.pick_update("reorder"):
            self.faults.random.shuffle(batch)
        return batch

    def _duplicate(self, update: Update, batch: list[Update]) -> None:
        fault = self.faults.pick_update("duplicate")
        if fault is None:
            return
        later = fault.later if fault.later is not None else self.faults.random.random() < 0.5
        (self._again if later else batch).append(update)

    def _malformed(self) -> Update:
        update = {"update_id": self._next, **self.faults.random.choice(MALFORMED)}
        self._append(self._next, update)
        return update
