"""The register of touchpoints as staff see it: its rows, what is proposed, and how a row came to be."""

from __future__ import annotations

from bot import acting
from bot.domain.desk_errors import NotThere
from bot.domain.staff import rights
from bot.domain.touchpoints import PointCard, Register, Wanted, fits
from bot.storage import touchpoints
from bot.turn import Runtime


async def register(runtime: Runtime, actor: int, wanted: Wanted) -> Register:
    """As wanted. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        rows, waiting = await touchpoints.all_(tx), await touchpoints.waiting(tx)
    processes = list(dict.fromkeys(row.facts.process for row in rows))
    points = {row.id: row for row in rows if row.waiting}
    return Register([row for row in rows if fits(row, wanted)], len(rows), processes, waiting, points, may)


async def card(runtime: Runtime, actor: int, number: int) -> PointCard:
    """One row, removed or not. Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        point = await touchpoints.one(tx, number)
        if point is None:
            raise NotThere
        return PointCard(point, await touchpoints.history(tx, number), may)
