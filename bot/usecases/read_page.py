"""What a visitor of the page sees, and what his browser has shown."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.messages import Opened
from bot.storage import page
from bot.turn import Runtime


async def read_page(runtime: Runtime, visitor: str, after: int, most: int) -> Sequence[Opened]:
    """Messages of both sides after an id; ``after`` 0: the newest."""
    async with runtime.db.begin() as tx:
        return await page.history(tx, visitor, after, most)


async def acknowledge(runtime: Runtime, visitor: str, upto: int) -> None:
    async with runtime.db.begin() as tx:
        await page.acknowledge(tx, visitor, upto)
