"""Interval ticks by APScheduler: when to look, never what to do. Without arguments, without state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import metrics
from bot.pulse import STILL_SECONDS
from bot.turn import Runtime
from bot.usecases.blank_old import blank_old
from bot.usecases.erase_client import erase_wished
from bot.usecases.fire_timers import fire_timers
from bot.usecases.follow_release import follow_release
from bot.usecases.forget_old import forget_old
from bot.usecases.free_leases import free_leases
from bot.usecases.group_questions import group_questions
from bot.usecases.look_at_rasa import look_at_rasa
from bot.usecases.remind_of_bodies import remind_of_bodies
from bot.usecases.remind_of_reviews import remind_of_reviews
from bot.usecases.run_replays import run_replays
from bot.usecases.send_corrections import send_corrections
from bot.usecases.settle_questions import settle_questions
from bot.usecases.tell_late_stages import tell_late_stages
from bot.usecases.tell_watchers import tell_watchers

log = logging.getLogger(__name__)

TIMERS_SECONDS = 1.0
LEASES_SECONDS = 2.0
BLANK_SECONDS = 600.0
WATCHERS_SECONDS = 5.0
ERASE_SECONDS = 5.0
FORGET_SECONDS = 6 * 3600.0
STAGES_SECONDS = 30.0
RASA_SECONDS = 1.0
BODIES_SECONDS = 5.0
RELEASE_SECONDS = 1.0
REVIEWS_SECONDS = 60.0
CORRECTIONS_SECONDS = 2.0
QUESTIONS_SECONDS = 5.0
GAPS_SECONDS = 30.0
REPLAYS_SECONDS = 2.0


def scheduler(runtime: Runtime) -> AsyncIOScheduler:
    """A scheduler with every tick of a worker; the caller starts and stops it."""
    made = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    _every(made, runtime, TIMERS_SECONDS, partial(fire_timers, runtime))
    _every(made, runtime, LEASES_SECONDS, partial(free_leases, runtime))
    _every(made, runtime, BLANK_SECONDS, partial(blank_old, runtime))
    _every(made, runtime, FORGET_SECONDS, partial(forget_old, runtime))
    _every(made, runtime, ERASE_SECONDS, partial(erase_wished, runtime))
    _every(made, runtime, WATCHERS_SECONDS, partial(tell_watchers, runtime))
    _every(made, runtime, STAGES_SECONDS, partial(tell_late_stages, runtime))
    _every(made, runtime, RELEASE_SECONDS, partial(follow_release, runtime))
    if runtime.engines is not None and runtime.engines.rasa is not None:
        _every(made, runtime, RASA_SECONDS, partial(look_at_rasa, runtime))
    _every(made, runtime, BODIES_SECONDS, partial(remind_of_bodies, runtime))
    _every(made, runtime, REVIEWS_SECONDS, partial(remind_of_reviews, runtime))
    _every(made, runtime, CORRECTIONS_SECONDS, partial(send_corrections, runtime))
    _every(made, runtime, QUESTIONS_SECONDS, partial(settle_questions, runtime))
    _every(made, runtime, GAPS_SECONDS, partial(group_questions, runtime))
    if runtime.engines is not None:
        _every(made, runtime, REPLAYS_SECONDS, partial(run_replays, runtime))
    return made


def _every(made: AsyncIOScheduler, runtime: Runtime, seconds: float, tick: Callable[[], Awaitable[object]]) -> None:
    name = str(getattr(tick, "func", tick).__name__)

    async def until_the_end() -> None:
        # Cut off by the worker's end: whatever was not committed is due again.
        with suppress(asyncio.CancelledError):
            try:
                await tick()
            except Exception:
                metrics.pump_failed(name)
                log.exception("the tick %s failed, the next one tries again", name)
            if seconds < STILL_SECONDS / 2:
                runtime.pulse.beat(f"tick {name}")

    made.add_job(until_the_end, "interval", seconds=seconds, name=name)
