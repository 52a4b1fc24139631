"""End a pilot: its release goes to all clients, or nobody gets it any more."""

from __future__ import annotations

import datetime as dt

from bot import moderation
from bot.acting import Done, Form
from bot.domain.drafts import Verb
from bot.domain.events import StaffPerson
from bot.domain.pilots import Ended, NoPilot, Pilot
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import drafts, pilots, releases
from bot.storage.releases import Made
from bot.storage.session import Tx
from bot.turn import Runtime


async def end_pilot(runtime: Runtime, actor: int, how: Ended, reason: str, form: Form) -> Done:
    """A new release for all: with the pilot's content, or with what the others got. In the latter case what it had
    brought are drafts again, to be mended.

    Raises Forbidden, BadForm, ReasonMissing, NoPilot, PackError where the content lacks what is needed by now.
    """
    reason = moderation.reason_of(reason)

    async def end(tx: Tx, who: StaffPerson) -> Did:
        now, pilot = runtime.clock(), await pilots.running(tx)
        if pilot is None:
            raise NoPilot
        of = pilot.release if how is Ended.ALL else pilot.general
        bodies, version = await releases.content(tx, of), await releases.version_of(tx, of)
        await moderation.checked(bodies, version)
        await pilots.end(tx, how, now)
        number = await releases.make(tx, bodies, version, Made(f"staff:{actor}", reason, now))
        if how is Ended.STOPPED:
            await _reopen(tx, pilot, actor, reason, now)
        return Did(f"pilot.{how.value}", f"release:{number}")

    return await moderation.act(runtime, actor, Right.RELEASE, form, end)


async def _reopen(tx: Tx, pilot: Pilot, actor: int, reason: str, now: dt.datetime) -> None:
    """Unless somebody has begun another draft of the same item meanwhile."""
    for one in await drafts.released_in(tx, pilot.release):
        if await drafts.open_of(tx, one.kind, one.slug) is None:
            live = await drafts.live(tx, one.kind, one.slug)
            await drafts.rebase(tx, one.id, live.id if live else None)
            await drafts.step(tx, one.id, Verb.RETURNED, actor, now, remark=reason)
