"""Serve the newest release: another worker, or an operator at the shell, has published it."""

from __future__ import annotations

import asyncio
import logging

from bot import metrics
from bot.storage import releases
from bot.turn import Coming, Content, Runtime, Shelf
from knowledge_base.schema import Pack
from nlu.engines import Engines

log = logging.getLogger(__name__)


async def follow_release(runtime: Runtime) -> None:
    """Serve the newest release at once, and learn it in the background; both swaps are of a release and its engine.

    Until it is learned the engine of the former serves for it. A release that can't be read or learned changes
    nothing: raises what was wrong with it, and the next tick tries again.
    """
    shelf, engines = runtime.shelf, runtime.engines
    if engines is None:
        return
    async with runtime.db.once() as tx:
        newest = await releases.latest(tx)
    if newest is None:
        return
    if shelf.coming is not None and shelf.coming.engine.done():
        _swap(shelf)
    coming, content = shelf.coming, shelf.content
    fresh = newest.number > content.release and (coming is None or coming.release < newest.number)
    if fresh or (coming is None and not content.learned):
        async with runtime.db.begin() as tx:
            pack = await releases.load(tx, newest.number)
        if fresh:
            await _serve_soon(shelf, engines, newest.number, pack)
        if shelf.coming is None:
            learned = asyncio.get_running_loop().run_in_executor(None, engines.fit, pack)
            shelf.coming = Coming(newest.number, pack, learned)


def _swap(shelf: Shelf) -> None:
    coming, shelf.coming = shelf.coming, None
    assert coming is not None, "asked for by whoever saw it"
    engine, former = coming.engine.result(), shelf.content
    if coming.release < former.release:  # a newer one came while this one was learned
        return
    shelf.content = Content(coming.release, coming.pack, engine)
    metrics.released(coming.release)
    log.info("release %d serves now with its own engine, %d before", coming.release, former.release)


async def _serve_soon(shelf: Shelf, engines: Engines, release: int, pack: Pack) -> None:
    """What is true by now is not to wait for what has to be learned."""
    lent = await asyncio.to_thread(engines.lend, shelf.content.engine, pack)
    if lent is not None:
        former, shelf.content = shelf.content, Content(release, pack, lent, learned=False)
        metrics.released(release, learned=False)
        log.info("release %d serves now, %d before", release, former.release)
