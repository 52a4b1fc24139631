"""What staff see at the desk. Every look at a client's data is in the audit."""

from __future__ import annotations

from bot.domain.desk_errors import NotThere
from bot.domain.desk_views import Conversation, Page, Queue, QueueFilter
from bot.domain.errors import Forbidden
from bot.domain.events import StaffPerson
from bot.domain.staff import Right, may, rights
from bot.storage import acts, audit, desk, dialogs, staff
from bot.storage.session import Tx
from bot.turn import Runtime


async def queue(runtime: Runtime, actor: int, wanted: QueueFilter, page: Page) -> Queue:
    """Open cases by the soonest term. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await _reader(tx, actor)
        return await desk.queue(tx, wanted, page, actor, runtime.clock())


async def conversation(
    runtime: Runtime, actor: int, address: int, *, before: int | None = None, most: int = 100, again: bool = False
) -> Conversation:
    """Both sides, notes and acts; ``before``: older than this message.

    ``again``: the same look goes on (a live page), which is not audited anew. Raises Forbidden, NotThere.
    """
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        reader = await _reader(tx, actor)
        place = await desk.place(tx, address)
        if place is None:
            raise NotThere
        lines, more = await desk.lines(tx, address, before, most)
        cases = await desk.cases_of(tx, address, now)
        version = await acts.version(tx, address)
        if not again:
            await audit.write(tx, now, f"staff:{actor}", "desk.conversation", f"address:{address}")
    first = next((case for case in cases if case.closed_at is None), None)
    allowed = rights(reader, team=first.team if first else "", holder=first.holder if first else None)
    dialog = dialogs.read(place.state)
    led = dialog is not None and dialog.led and bool(dialog.cases)
    return Conversation(address, place.channel, place.reachable, led, version, lines, more, cases, allowed)


async def _reader(tx: Tx, actor: int) -> StaffPerson:
    reader = await staff.by_id(tx, actor)
    if not may(reader, Right.READ):
        raise Forbidden
    return reader
