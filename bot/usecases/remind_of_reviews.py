"""Remind owners of answers whose date is near, and of those nobody has read again by it: each exactly once."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import reviews, terms
from bot.domain.messages import Channel, Rendered
from bot.domain.rendering import render
from bot.domain.reviews import Due, Mark
from bot.domain.wording import Voice
from bot.storage import groups, review_marks
from bot.storage.session import Tx
from bot.storage.wake import outbox_of
from bot.turn import Runtime


async def remind_of_reviews(runtime: Runtime) -> int:
    """In office hours, one message a team for what is near and one for what is late. Returns how many answers.

    To the own chats of the team's people, or to the staff group where none of them has written to the bot. Where
    there is neither, it waits: the desk's list shows it meanwhile.
    """
    pack, now = runtime.shelf.content.pack, runtime.clock()
    if not terms.is_open(pack.calendars[pack.agency.office], now):
        return 0
    found = reviews.due(pack, terms.day_of(now, pack.agency.timezone))
    if not found:
        return 0
    told = 0
    async with runtime.db.begin() as tx:
        waiting = await review_marks.untold(tx, found)
        for team, mark in sorted({(one.owner, one.mark) for one in waiting}):
            told += await _tell(runtime, tx, team, mark, [o for o in waiting if (o.owner, o.mark) == (team, mark)])
    if told:
        runtime.wake.signal({outbox_of(Channel.TELEGRAM)})
    return told


async def _tell(runtime: Runtime, tx: Tx, team: str, mark: Mark, waiting: Sequence[Due]) -> int:
    chats = await review_marks.chats(tx, team)
    if not chats and runtime.staff_chat is None:
        return 0
    mine = await review_marks.tell(tx, waiting, runtime.clock())
    for piece in _worded(runtime, team, mark, mine) if mine else ():
        for address, chat in chats:
            await groups.tell(tx, address, chat, piece, runtime.clock())
        if not chats and runtime.staff_chat is not None:
            await groups.post(tx, runtime.staff_chat, piece, runtime.clock())
    return len(mine)


def _worded(runtime: Runtime, team: str, mark: Mark, found: Sequence[Due]) -> tuple[Rendered, ...]:
    pack = runtime.shelf.content.pack
    voice = Voice(pack, pack.agency.default_language, runtime.clock(), {}, {})
    return render(reviews.reminder(pack, team, mark, found), voice, runtime.limits[Channel.TELEGRAM])
