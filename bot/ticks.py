"""Interval ticks by APScheduler: when to look, never what to do. Without arguments, without state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.turn import Runtime
from bot.usecases.blank_old import blank_old
from bot.usecases.fire_timers import fire_timers

TIMERS_SECONDS = 1.0
BLANK_SECONDS = 600.0


def scheduler(runtime: Runtime) -> AsyncIOScheduler:
    """A scheduler with every tick of a worker; the caller starts and stops it."""
    made = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    _every(made, TIMERS_SECONDS, partial(fire_timers, runtime))
    _every(made, BLANK_SECONDS, partial(blank_old, runtime))
    return made


def _every(made: AsyncIOScheduler, seconds: float, tick: Callable[[], Awaitable[object]]) -> None:
    made.add_job(tick, "interval", seconds=seconds)
