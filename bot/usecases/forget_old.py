"""Forget texts and questions older than the pack keeps them, timers and sessions long settled.

A pass reads an old row once.
"""

from __future__ import annotations

import datetime as dt

from bot.storage import questions, replays, retention
from bot.turn import Runtime


async def forget_old(runtime: Runtime) -> int:
    """One whole pass. Returns how many texts were blanked."""
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        await retention.drop_timers(tx, now)
        await retention.drop_ended(tx, now)
    async with runtime.db.begin() as tx:
        await replays.forget(tx, now)
    old: int | None = None
    while old != 0:
        async with runtime.db.begin() as tx:
            old = await questions.forget(tx, now, runtime.shelf.content.pack.agency.keep_questions_days)
    days = runtime.shelf.content.pack.agency.keep_texts_days
    after: int | None = 0 if days else None
    blanked = 0
    while after is not None:
        async with runtime.db.begin() as tx:
            after, done = await retention.blank_texts(tx, now - dt.timedelta(days=days or 0), after)
        blanked += done
    return blanked
