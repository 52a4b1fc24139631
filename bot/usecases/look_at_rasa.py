"""Look after the engine elsewhere: is it well, what does it serve, does it agree."""

from __future__ import annotations

import asyncio
import logging

from bot import metrics
from bot.turn import Runtime
from nlu.understanding import Understanding

log = logging.getLogger(__name__)


async def look_at_rasa(runtime: Runtime) -> None:
    """One look at Rasa; clients never wait for it. In shadow mode, what waits is compared too."""
    engines = runtime.engines
    if engines is None or engines.rasa is None:
        return
    await engines.rasa.look()
    metrics.rasa_seen(serves=engines.rasa.serves(runtime.shelf.content.pack.version))
    await engines.compare(asyncio.get_running_loop().time, _count)


def _count(given: Understanding, second: Understanding | None) -> None:
    """Slugs and scores only: words are nobody's business here."""
    if second is None:
        metrics.compared("silent")
        return
    agree = (given.outcome, given.slug) == (second.outcome, second.slug)
    metrics.compared("agree" if agree else "differ")
    if not agree:
        log.info("the engines differ: %s, %s", _told(given), _told(second))


def _told(one: Understanding) -> str:
    score = one.candidates[0].score if one.candidates else 0.0
    return f"{one.engine} {one.outcome.value} {one.slug or '-'} {score:.2f}"
