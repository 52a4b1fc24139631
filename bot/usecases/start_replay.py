"""Replay past questions against drafts: noted here, run by a worker in the background."""

from __future__ import annotations

from collections.abc import Collection

from bot import moderation
from bot.acting import Form
from bot.domain.drafts import TEMPLATES, State, WrongState
from bot.domain.events import StaffPerson
from bot.domain.replays import NothingToReplay, Played, TooManyReplays
from bot.domain.staff import Right
from bot.draft_release import DraftRelease, draft_release
from bot.moderation import Did
from bot.storage import drafts, releases, replays
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.faults import PackError

MOST_WAITING = 3
MOST_DAYS = 3660


async def start_replay(
    runtime: Runtime, actor: int, chosen: Collection[str], days: int, form: Form
) -> tuple[int, tuple[str, ...]]:
    """Returns its number, and slugs of drafts that no release could take as they are.

    ``chosen``: slugs of open drafts; none: those in review and approved. ``days``: how far back, 0 for all there is.
    The same that waits or runs already is not run twice. Raises Forbidden, BadForm, NothingToReplay, TooManyReplays,
    WrongState when a draft goes on just now.
    """
    await moderation.allowed(runtime, actor, Right.EDIT)
    if not chosen:
        async with runtime.db.begin() as tx:
            opened = await drafts.all_open(tx, TEMPLATES)
        chosen = [one.slug for one in opened if one.state is not State.DRAFT]
    found = await _release(runtime, chosen)
    number = 0

    async def start(tx: Tx, who: StaffPerson) -> Did:
        nonlocal number
        if found is None or not found.taken:
            raise NothingToReplay
        newest = await releases.latest(tx)
        now_open = {one.id: one.step for one in await drafts.all_open(tx, TEMPLATES)}
        moved = any(now_open.get(one.id) != one.step for one in found.taken)
        if newest is None or newest.number != found.base or moved:
            raise WrongState
        steps = await replays.saved_steps(tx, now_open)
        played = tuple(Played(one.id, steps[one.id], one.slug) for one in found.taken)
        within = min(max(days, 0), MOST_DAYS)
        under_way = await replays.unfinished(tx)
        same = [one for one in under_way if (one.release, one.drafts, one.days) == (found.base, played, within)]
        if not same and len(under_way) >= MOST_WAITING:
            raise TooManyReplays
        if same:
            number = same[0].id
        else:
            number = await replays.ask(tx, actor, found.base, played, within, runtime.clock())
        return Did("replay.asked", f"replay:{number}")

    done = await moderation.act(runtime, actor, Right.EDIT, form, start)
    if done.repeated:
        async with runtime.db.once() as tx:
            newest = await replays.latest(tx, 1)
        number = newest[0].id
    return number, tuple(found.left_out) if found else ()


async def _release(runtime: Runtime, chosen: Collection[str]) -> DraftRelease | None:
    """None: there is nothing that could be released, or what clients get can't be read by this program."""
    try:
        return await draft_release(runtime.db, chosen) if chosen else None
    except PackError:
        return None
