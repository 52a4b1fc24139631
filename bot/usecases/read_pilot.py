"""How a pilot does against what the other clients get, in the same time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot import acting
from bot.domain.pilots import Ended, Pilot, Scores
from bot.storage import pilots
from bot.turn import Runtime


@dataclass(frozen=True, slots=True)
class PilotView:
    pilot: Pilot
    ended: Ended | None
    """None: it runs."""
    until: dt.datetime
    """Its end, or now."""
    mine: Scores
    others: Scores
    alike: bool
    """The others are like its clients; else they are of other segments, and differ by that, too."""


async def read_pilot(runtime: Runtime, actor: int) -> PilotView | None:
    """The one that runs, else the last one; None where there was none. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        found = await pilots.last(tx)
        if found is None:
            return None
        pilot, ended, ended_at = found
        until = ended_at or runtime.clock()
        alike = not pilot.audience.segment or pilot.audience.share < 100
        segment = pilot.audience.segment if alike else ""
        mine = await pilots.scores(tx, pilot.release, "", pilot.started_at, until)
        others = await pilots.scores(tx, pilot.general, segment, pilot.started_at, until)
    return PilotView(pilot, ended, until, mine, others, alike)
