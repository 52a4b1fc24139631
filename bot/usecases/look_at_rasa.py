"""Look after the engine elsewhere: is it well, what does it serve, does it agree."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from bot import metrics
from bot.storage import shadow
from bot.turn import Runtime
from nlu.understanding import Understanding

log = logging.getLogger(__name__)


async def look_at_rasa(runtime: Runtime) -> None:
    """One look at Rasa; clients never wait for it. In shadow mode, what waits is compared too, and counted."""
    engines = runtime.engines
    if engines is None or engines.rasa is None:
        return
    await engines.rasa.look()
    content = runtime.shelf.content
    metrics.rasa_seen(serves=engines.rasa.serves(content.pack.version))
    pairs: Counter[shadow.Pair] = Counter()

    def count(given: Understanding, second: Understanding | None) -> None:
        """Outcomes, slugs and scores only: words are nobody's business here."""
        if second is None:
            metrics.compared("silent")
            return
        pair = _reading(given), _reading(second)
        pairs[pair] += 1
        metrics.compared("agree" if pair[0] == pair[1] else "differ")
        if pair[0] != pair[1]:
            log.info("the engines differ: %s, %s", _told(given), _told(second))

    await engines.compare(asyncio.get_running_loop().time, count)
    if pairs:
        async with runtime.db.begin() as tx:
            await shadow.add(tx, content.release, pairs)


def _reading(one: Understanding) -> str:
    return f"{one.outcome.value} {one.slug or '-'}"


def _told(one: Understanding) -> str:
    score = one.candidates[0].score if one.candidates else 0.0
    return f"{one.engine} {_reading(one)} {score:.2f}"
