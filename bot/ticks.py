"""Interval ticks by APScheduler: when to look, never what to do. Without arguments, without state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.turn import Runtime
from bot.usecases.blank_old import blank_old
from bot.usecases.fire_timers import fire_timers
from bot.usecases.tell_watchers import tell_watchers

TIMERS_SECONDS = 1.0
BLANK_SECONDS = 600.0
WATCHERS_SECONDS = 5.0


def scheduler(runtime: Runtime) -> AsyncIOScheduler:
    """A scheduler with every tick of a worker; the caller starts and stops it."""
    made = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    _every(made, TIMERS_SECONDS, partial(fire_timers, runtime))
    _every(made, BLANK_SECONDS, partial(blank_old, runtime))
    _every(made, WATCHERS_SECONDS, partial(tell_watchers, runtime))
    return made


def _every(made: AsyncIOScheduler, seconds: float, tick: Callable[[], Awaitable[object]]) -> None:
    async def until_the_end() -> None:
        # Cut off by the worker's end: whatever was not committed is due again.
        with suppress(asyncio.CancelledError):
            await tick()

    made.add_job(until_the_end, "interval", seconds=seconds, name=getattr(tick, "func", tick).__name__)
