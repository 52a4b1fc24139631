"""Go back to an older release: a new one with its content."""

from __future__ import annotations

import datetime as dt

from bot import moderation
from bot.acting import Done, Form
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import LiveAlready
from bot.domain.events import StaffPerson
from bot.domain.pilots import Ended
from bot.domain.staff import Right
from bot.moderation import Did
from bot.storage import audit, pilots, releases
from bot.storage.releases import Made
from bot.storage.session import Database, Tx
from bot.turn import Runtime


async def roll_back(runtime: Runtime, actor: int, number: int, reason: str, form: Form) -> Done:
    """Clients get what they got under that release. Its version is that one's, so workers know it at once.

    Raises Forbidden, BadForm, ReasonMissing, NotThere, LiveAlready, PackError where it lacks what is needed by now.
    """

    async def back(tx: Tx, who: StaffPerson) -> Did:
        made = await _back(tx, number, Made(f"staff:{actor}", moderation.reason_of(reason), runtime.clock()))
        return Did("release.rolled_back", f"release:{made}")

    return await moderation.act(runtime, actor, Right.RELEASE, form, back)


async def roll_back_by_hand(db: Database, number: int, reason: str, now: dt.datetime) -> int:
    """The same from the shell. Returns the new release's number. Raises as ``roll_back`` does."""
    async with db.begin() as tx:
        await releases.lock(tx)
        made = await _back(tx, number, Made("cli", moderation.reason_of(reason), now))
        await audit.write(tx, now, "cli", "release.rolled_back", f"release:{made}")
    return made


async def _back(tx: Tx, number: int, made: Made) -> int:
    newest = await releases.latest(tx)
    try:
        version = await releases.version_of(tx, number)
    except LookupError as error:
        raise NotThere from error
    if newest is None or newest.version == version:
        raise LiveAlready
    bodies = await releases.content(tx, number)
    await moderation.checked(bodies, version)
    await pilots.end(tx, Ended.STOPPED, made.at)  # all are to get the same again
    return await releases.make(tx, bodies, version, made)
