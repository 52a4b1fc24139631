"""Move personal values to the key that writes, while workers run. Cut off at any moment, it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.storage import personal
from bot.storage.personal import Cipher
from bot.storage.session import Database

BATCH = 200
REST_SECONDS = 0.01
"""Between two batches: clients come first."""


@dataclass(frozen=True, slots=True)
class Rotated:
    moved: int
    unreadable: int
    """Written with a key we don't have: left as they are."""


async def rotate_keys(db: Database, cipher: Cipher, *, batch: int = BATCH) -> Rotated:
    """Every value ends up encrypted with, and found by, the first key."""
    moved = unreadable = 0
    after: str | None = ""
    while after is not None:
        async with db.begin() as tx:
            done = await personal.move(tx, cipher, after, batch)
        moved, unreadable, after = moved + done.done, unreadable + done.unreadable, done.last
        await asyncio.sleep(REST_SECONDS)
    return Rotated(moved, unreadable)
