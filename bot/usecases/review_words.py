"""Tell staff how plainly they write, while they write. Nothing is kept of the words."""

from __future__ import annotations

import asyncio

from bot import acting
from bot.turn import Runtime
from knowledge_base.plain_language.result import Review
from knowledge_base.plainness import review_by

LONGEST = 4000
"""Characters that are looked at: an answer is hardly longer, and the worker has clients to serve."""


async def review_words(runtime: Runtime, actor: int, text: str) -> Review:
    """By the limits of the pack that is live; ``text`` may be anything. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
    limits = runtime.shelf.content.pack.agency.plain_language
    return await asyncio.to_thread(review_by, limits, text[:LONGEST])
