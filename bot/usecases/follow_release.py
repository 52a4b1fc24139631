"""Serve the newest release: another worker, or an operator at the shell, has published it."""

from __future__ import annotations

import asyncio
import logging

from bot import metrics
from bot.storage import releases
from bot.turn import Coming, Content, Runtime

log = logging.getLogger(__name__)


async def follow_release(runtime: Runtime) -> None:
    """Learn the newest release in the background; once learned, swap it in with its engine, as one.

    The former serves until then. A release that can't be read or learned changes nothing: raises what was
    wrong with it, and the next tick tries again.
    """
    shelf, engines = runtime.shelf, runtime.engines
    if engines is None:
        return
    if shelf.coming is None:
        async with runtime.db.once() as tx:
            newest = await releases.latest(tx)
        if newest is not None and newest.number > shelf.content.release:
            async with runtime.db.begin() as tx:
                pack = await releases.load(tx, newest.number)
            learned = asyncio.get_running_loop().run_in_executor(None, engines.fit, pack)
            shelf.coming = Coming(newest.number, pack, learned)
    elif shelf.coming.engine.done():
        coming, shelf.coming = shelf.coming, None
        former, shelf.content = shelf.content, Content(coming.release, coming.pack, coming.engine.result())
        metrics.released(coming.release)
        log.info("release %d serves now, %d before", coming.release, former.release)
