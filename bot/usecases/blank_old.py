"""Blank raw updates and bodies of calls that are older than 14 days: texts stay in messages alone."""

from __future__ import annotations

from bot.storage import retention
from bot.turn import Runtime


async def blank_old(runtime: Runtime) -> int:
    """One batch; the next tick goes on. Returns how many rows were blanked."""
    async with runtime.db.begin() as tx:
        return await retention.blank_old(tx, runtime.clock())
