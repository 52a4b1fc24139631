"""Run the replays that wait, one after another, in a process apart; one whose worker was lost is begun anew."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from contextlib import aclosing

from bot.domain.drafts import TEMPLATES
from bot.domain.replays import Past, Reading, Replay, compare, figures, seal
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage import releases, replays
from bot.storage.replays import Claimed
from bot.telling import told
from bot.turn import Runtime
from knowledge_base import stored
from knowledge_base.schema import Pack

log = logging.getLogger(__name__)

MOST = 10_000
"""Questions of one replay, the newest."""
PULSE, PATIENCE = "tick run_replays", 400.0
"""The loop's sign of life, and seconds until the next one: fitting the draft's engine tells nothing of itself."""


class Lost(Exception):
    """Another worker runs this replay by now."""


async def run_replays(runtime: Runtime) -> int | None:
    """The oldest that waits; its number, None for none. Whatever fails is told at the desk."""
    lease = runtime.wake.lease()
    async with runtime.db.once() as tx:
        claimed = await replays.claim(tx, lease)
    if claimed is None:
        return None
    number = claimed.replay.id
    runtime.pulse.beat(PULSE, PATIENCE)
    try:
        await _run(runtime, claimed, lease)
    except Lost:
        log.warning("replay %d is another worker's by now", number)
    except Exception as error:
        log.exception("replay %d failed", number)
        async with runtime.db.once() as tx:
            await replays.fail(tx, number, lease, told(error))
    return number


async def _run(runtime: Runtime, claimed: Claimed, lease: str) -> None:
    replay, engines = claimed.replay, runtime.engines
    if claimed.attempts > replays.MOST_ATTEMPTS or engines is None:
        async with runtime.db.once() as tx:
            await replays.fail(tx, replay.id, lease, "its workers were lost" if engines else "no engine")
        return
    since = runtime.clock() - dt.timedelta(days=replay.days) if replay.days else None
    live, draft = await _packs(runtime, replay)
    async with runtime.db.once() as tx:
        past = await replays.past(tx, since, MOST)
    distinct = list(dict.fromkeys(one.text for one in past))
    by_text: dict[str, tuple[Reading, Reading]] = {}
    await _tell(runtime, replay.id, lease, 0, len(past))
    async with aclosing(engines.replay(live, draft, distinct)) as chunks:
        async for chunk in chunks:
            for before, after in chunk:
                by_text[distinct[len(by_text)]] = _reading(*before), _reading(*after)
            await _tell(runtime, replay.id, lease, len(past) * len(by_text) // len(distinct), len(past))
    readings = [by_text[one.text] for one in past]
    await _finish(runtime, replay, lease, past, readings, _reworded(live, draft, replay))


async def _packs(runtime: Runtime, replay: Replay) -> tuple[Pack, Pack]:
    """What clients get, and with the drafts in it, as both were when it was asked for."""
    async with runtime.db.begin() as tx:
        live = await releases.load(tx, replay.release)
        content = await releases.content(tx, replay.release)
        texts = await replays.bodies(tx, replay.drafts)
    bodies = stored.with_changes(content, {(TEMPLATES, slug): body for slug, body in texts.items()})
    draft = await asyncio.to_thread(stored.checked, bodies, "", REQUIRED_TEXTS)
    return live, draft.model_copy(update={"version": stored.digest(stored.bodies_of(draft))})


def _reworded(live: Pack, draft: Pack, replay: Replay) -> set[str]:
    """Slugs whose answers the drafts word anew, buttons included; of one that is taken away nothing is left."""
    found = {one.slug: (live.templates.get(one.slug), draft.templates.get(one.slug)) for one in replay.drafts}
    return {
        slug
        for slug, (old, new) in found.items()
        if old
        and new
        and (old.short, old.more, old.buttons, old.files) != (new.short, new.more, new.buttons, new.files)
    }


async def _finish(
    runtime: Runtime,
    replay: Replay,
    lease: str,
    past: list[Past],
    readings: list[tuple[Reading, Reading]],
    reworded: set[str],
) -> None:
    changed = await asyncio.to_thread(compare, past, readings, reworded)
    found = figures(past, changed)
    sealed = seal(replay.release, [(one.draft, one.step) for one in replay.drafts], found, changed)
    async with runtime.db.begin() as tx:
        if not await replays.finish(tx, replay.id, lease, found, sealed, changed):
            raise Lost
    runtime.pulse.beat(PULSE)


async def _tell(runtime: Runtime, number: int, lease: str, done: int, total: int) -> None:
    runtime.pulse.beat(PULSE, PATIENCE)
    async with runtime.db.once() as tx:
        if not await replays.progress(tx, number, lease, done, total):
            raise Lost


def _reading(outcome: str, slugs: list[str], score: float) -> Reading:
    return Reading(outcome, tuple(slugs), score)
