"""The staff group out of order: noted, said once to whoever can mend it, and gone on with when it is mended."""

from __future__ import annotations

import logging

from bot.domain.messages import Channel, GroupChanged, GroupMoved, GroupNews, Invited, Rendered
from bot.domain.rendering import render
from bot.domain.speech import say
from bot.domain.wording import Voice
from bot.storage import groups
from bot.storage.session import Tx
from bot.turn import Runtime

log = logging.getLogger(__name__)


async def unfit(runtime: Runtime, tx: Tx, chat: str, cause: str) -> None:
    """Administrators and supervisors who have ever written to the bot are told in their own chats, once."""
    if not await groups.unfit(tx, chat, cause, runtime.clock()):
        return
    log.error("the staff group can't be written to: %s", cause)
    words = phrased(runtime, "staff.group_unfit")
    for address, own_chat in await groups.warned(tx):
        for piece in words:
            await groups.tell(tx, address, own_chat, piece, runtime.clock())


async def fit(runtime: Runtime, tx: Tx, chat: str) -> None:
    """The group is mended: whatever waits is tried at once."""
    if await groups.fit(tx, chat):
        log.info("the staff group takes messages again")
    if runtime.staff_chat is not None:
        await groups.resume(tx, runtime.staff_chat)


def phrased(runtime: Runtime, key: str) -> tuple[Rendered, ...]:
    """A text of the pack, outside of any conversation."""
    pack = runtime.shelf.content.pack
    voice = Voice(pack, pack.agency.default_language, runtime.clock(), {}, {})
    return render(say(key), voice, runtime.limits[Channel.TELEGRAM])


async def place(runtime: Runtime, chat: str) -> str:
    """The id that the staff group has now, whichever worker learnt of it."""
    async with runtime.db.once() as tx:
        return await groups.place(tx, chat)


async def happened(runtime: Runtime, tx: Tx, what: GroupNews) -> str:
    """Take note, in the transaction of the update. Returns the outcome."""
    match what:
        case GroupMoved(old, new):
            await groups.moved(tx, old, new, runtime.clock())
            if runtime.staff_chat is not None:
                await groups.resume(tx, runtime.staff_chat)
            return "group.moved"
        case GroupChanged(chat, ""):
            await fit(runtime, tx, chat)
            return "group.fit"
        case GroupChanged(chat, trouble):
            await unfit(runtime, tx, chat, trouble)
            return "group.unfit"
        case Invited(chat, may_speak):
            words = phrased(runtime, "group.foreign") if may_speak else ()
            await groups.leave(tx, chat, words, runtime.clock())
            return "group.left"
