"""Open a file that somebody sent."""

from __future__ import annotations

from bot import acting
from bot.domain.desk_errors import NotThere
from bot.domain.errors import Forbidden
from bot.domain.staff import Right, may
from bot.storage import audit, desk, desk_files
from bot.storage.desk_files import Content
from bot.turn import Runtime


async def read_desk_file(runtime: Runtime, actor: int, attachment: int) -> Content:
    """Its bytes, for whoever may see the personal values of one of the conversation's cases; the look is audited.

    Serve it as a download: whatever it says it is, a client sent it. Raises Forbidden, NotThere.
    """
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        reader = await acting.reader(tx, actor)
        found = await desk_files.content(tx, attachment)
        if found is None:
            raise NotThere
        cases = await desk.cases_of(tx, found.address, now)
        if not any(may(reader, Right.PERSONAL, team=case.team, holder=case.holder) for case in cases):
            raise Forbidden
        await audit.write(tx, now, f"staff:{actor}", "desk.file", f"attachment:{attachment}")
        return found
