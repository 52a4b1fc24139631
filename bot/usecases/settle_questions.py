"""Note what staff said to questions that they were asked: for whoever writes the answers."""

from __future__ import annotations

from bot.storage import questions
from bot.turn import Runtime
from nlu.anonymous import anonymous

MOST = 2_000


async def settle_questions(runtime: Runtime) -> int:
    """One batch. Returns how many answers were noted."""
    async with runtime.db.begin() as tx:
        return await questions.note(tx, await questions.handled(tx, MOST), anonymous)
