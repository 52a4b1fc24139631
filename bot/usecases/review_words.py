"""Tell staff how plainly they write, while they write. Nothing is kept of the words."""

from __future__ import annotations

import asyncio

from bot.domain.errors import Forbidden
from bot.domain.staff import Right, may
from bot.storage import staff
from bot.turn import Runtime
from knowledge_base.plain_language.result import Review
from knowledge_base.plain_language.review import guessed, review

LONGEST = 4000
"""Characters that are looked at: an answer is hardly longer, and the worker has clients to serve."""


async def review_words(runtime: Runtime, actor: int, text: str) -> Review:
    """By the limits of the pack that is live; ``text`` may be anything. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        if not may(await staff.by_id(tx, actor), Right.READ):
            raise Forbidden
    limits = runtime.shelf.content.pack.agency.plain_language
    longest = limits.sentence_words.get(guessed(text), 0)
    return await asyncio.to_thread(review, text[:LONGEST], longest=longest, known=frozenset(limits.known))
