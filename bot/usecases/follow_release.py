"""Serve the newest release: another worker, or an operator at the shell, has published it."""

from __future__ import annotations

import asyncio
import logging

from bot import metrics
from bot.storage import pilots, releases
from bot.turn import Coming, Content, Piloted, Place, Runtime
from knowledge_base.schema import Pack
from nlu.engines import Engines

log = logging.getLogger(__name__)


async def follow_release(runtime: Runtime) -> None:
    """Serve the newest release at once, and learn it in the background; both swaps are of a release and its engine.

    Until it is learned the engine of the former serves for it. A release that can't be read or learned changes
    nothing: raises what was wrong with it, and the next tick tries again. A pilot is followed in a place of its own,
    which begins as what all get and goes when the pilot has ended.
    """
    shelf = runtime.shelf
    async with runtime.db.begin() as tx:
        newest, pilot = await releases.latest(tx), await pilots.running(tx)
    if shelf.piloted is not None and shelf.piloted.pilot != pilot:
        log.info("the pilot of release %d has ended", shelf.piloted.pilot.release)
        shelf.piloted = None
    if newest is not None and await _follow(runtime, shelf, newest.number):
        metrics.released(shelf.content.release, learned=shelf.content.learned)
    if pilot is not None:
        place = shelf.piloted.place if shelf.piloted else Place(shelf.content)
        await _follow(runtime, place, pilot.release)
        shelf.piloted = Piloted(pilot, place)


async def _follow(runtime: Runtime, place: Place, release: int) -> bool:
    """One step of a place on its way to a release. Returns whether it serves another pair now."""
    engines, before = runtime.engines, place.content
    if engines is None:
        return False
    if place.coming is not None and place.coming.engine.done():
        _swap(place)
    coming, content = place.coming, place.content
    fresh = release > content.release and (coming is None or coming.release < release)
    if fresh or (coming is None and not content.learned):
        async with runtime.db.begin() as tx:
            pack = await releases.load(tx, release)
        if fresh:
            await _serve_soon(place, engines, release, pack)
        if place.coming is None:
            learned = asyncio.get_running_loop().run_in_executor(None, engines.fit, pack)
            place.coming = Coming(release, pack, learned)
    return place.content is not before


def _swap(place: Place) -> None:
    coming, place.coming = place.coming, None
    assert coming is not None, "asked for by whoever saw it"
    engine, former = coming.engine.result(), place.content
    if coming.release < former.release:  # a newer one came while this one was learned
        return
    place.content = Content(coming.release, coming.pack, engine)
    log.info("release %d serves now with its own engine, %d before", coming.release, former.release)


async def _serve_soon(place: Place, engines: Engines, release: int, pack: Pack) -> None:
    """What is true by now is not to wait for what has to be learned."""
    lent = await asyncio.to_thread(engines.lend, place.content.engine, pack)
    if lent is not None:
        former, place.content = place.content, Content(release, pack, lent, learned=False)
        log.info("release %d serves now, %d before", release, former.release)
