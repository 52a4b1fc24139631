"""Keep raw updates before anything is understood; only then may an ingress acknowledge them."""

from __future__ import annotations

from collections.abc import Sequence

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
