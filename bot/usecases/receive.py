"""Keep raw updates before anything is understood; only then may an ingress acknowledge them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.domain.messages import Channel, Received
from bot.storage import inbox
from bot.storage.wake import INBOX
from bot.turn import Runtime


async def receive(
    runtime: Runtime, rows: Sequence[Received], *, channel: Channel | None = None, position: str | None = None
) -> int:
    """Store a batch, with the ingress's position, in one transaction. Returns how many are new."""
    if channel is None or position is None:
        async with runtime.db.once() as tx:
            added = await inbox.store(tx, rows, runtime.clock())
    else:
        async with runtime.db.begin() as tx:
            added = await inbox.store(tx, rows, runtime.clock())
            await inbox.set_position(tx, channel, position)
    if added:
        runtime.wake.signal([INBOX])
    return added


async def position(runtime: Runtime, channel: Channel) -> str | None:
    """Where the ingress of a channel left off."""
    async with runtime.db.begin() as tx:
        return await inbox.position(tx, channel)


async def forget_position(runtime: Runtime, channel: Channel) -> None:
    """The ingress of a channel begins anew: what it left off with means nothing any more."""
    async with runtime.db.begin() as tx:
        await inbox.forget_position(tx, channel)


class Together:
    """Rows that arrive one by one while a commit is under way share the next one."""

    def __init__(self, store: Callable[[Sequence[Received]], Awaitable[None]]) -> None:
        self._store = store
        self._turn = asyncio.Lock()
        self._waiting: list[tuple[Sequence[Received], asyncio.Future[None]]] = []

    async def store(self, rows: Sequence[Received]) -> None:
        """Returns after the commit that holds the rows; raises what it raised."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, mine))
        try:
            async with self._turn:
                if not mine.done():
                    await self._commit()
            await mine
        finally:
            if not mine.cancel() and not mine.cancelled():  # who left is not stored: nobody would hear of it
                mine.exception()

    async def _commit(self) -> None:
        """Outcomes are told through the futures."""
        batch, self._waiting = [one for one in self._waiting if not one[1].done()], []
        try:
            await self._store([row for rows, _ in batch for row in rows])
        except BaseException as error:
            for _, waiting in batch:
                _settle(waiting, error)
            if not isinstance(error, Exception):
                raise
        else:
            for _, waiting in batch:
                _settle(waiting, None)


def _settle(waiting: asyncio.Future[None], error: BaseException | None) -> None:
    if waiting.done():
        return
    if error is None:
        waiting.set_result(None)
    elif isinstance(error, Exception):
        waiting.set_exception(error)
    else:
        waiting.set_exception(ConnectionError("the commit was cut off"))
