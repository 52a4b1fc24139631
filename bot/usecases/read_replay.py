"""Replays as moderators see them: those there are, how far one has come, what it found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot import acting
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import TEMPLATES, Draft, State
from bot.domain.errors import Forbidden
from bot.domain.events import StaffPerson
from bot.domain.replays import Replay, ReplayOutdated, ReplayState, check_seen
from bot.domain.staff import Right, rights
from bot.storage import drafts, members, releases, replays
from bot.storage.replays import Told, Wanted
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.schema import Localized


@dataclass(frozen=True, slots=True)
class Shown:
    """A replay, and whether it still tells what its drafts change."""

    replay: Replay
    current: bool


@dataclass(frozen=True, slots=True)
class Overview:
    rows: Sequence[Shown]
    names: Mapping[int, str]
    opened: Sequence[Draft]
    """Drafts that can be replayed."""
    may: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Answer:
    """A template by name and by its short text; both empty for what is none."""

    title: Localized
    short: Localized


@dataclass(frozen=True, slots=True)
class Result:
    shown: Shown
    rows: Sequence[Told]
    total: int
    names: Mapping[int, str]
    before: Mapping[str, Answer]
    after: Mapping[str, Answer]
    """By slug, as clients get them and with the drafts."""
    to_sign: Sequence[Draft]
    """Drafts in review that this person may approve by what is seen here."""
    may: frozenset[Right]


async def overview(runtime: Runtime, actor: int, most: int) -> Overview:
    """The newest first. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        who = await _reader(tx, actor)
        rows = [await _shown(tx, one) for one in await replays.latest(tx, most)]
        opened = await drafts.all_open(tx, TEMPLATES)
        return Overview(rows, await _names(tx), opened, rights(who))


async def progress(runtime: Runtime, actor: int, number: int) -> Replay:
    """Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        await _reader(tx, actor)
        found = await replays.by_id(tx, number)
    if found is None:
        raise NotThere
    return found


async def result(runtime: Runtime, actor: int, number: int, wanted: Wanted, most: int, skipped: int) -> Result:
    """Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        who = await _reader(tx, actor)
        found = await replays.by_id(tx, number)
        if found is None:
            raise NotThere
        shown = await _shown(tx, found)
        rows, total = await replays.changes(tx, number, wanted, most, skipped)
        texts = await replays.bodies(tx, found.drafts)
        opened = {one.id: one for one in await drafts.all_open(tx, TEMPLATES)}
        mine = [opened[one.draft] for one in found.drafts if one.draft in opened]
        mine = [one for one in mine if one.state is State.REVIEW]
        to_sign = [one for one in mine if actor not in await drafts.editors(tx, one.id)] if shown.current else []
        names = await _names(tx)
    live = {slug: Answer(one.title, one.short) for slug, one in runtime.shelf.content.pack.templates.items()}
    played = {slug: _answer(body) for slug, body in texts.items()}
    may = rights(who)
    return Result(shown, rows, total, names, live, {**live, **played}, to_sign if Right.APPROVE in may else [], may)


async def of_draft(runtime: Runtime, actor: int, draft: int) -> Shown | None:
    """What was replayed last with this draft in it. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        found = await replays.last_of(tx, draft)
        return await _shown(tx, found) if found else None


async def _shown(tx: Tx, replay: Replay) -> Shown:
    if replay.state is not ReplayState.DONE:
        return Shown(replay, True)
    newest = await releases.latest(tx)
    opened = {one.id for one in await drafts.all_open(tx, TEMPLATES)}
    steps = await replays.saved_steps(tx, opened & {one.draft for one in replay.drafts})
    try:
        check_seen(replay, replay.drafts[0].draft, steps, newest.number if newest else 0)
    except ReplayOutdated:
        return Shown(replay, False)
    return Shown(replay, True)


async def _reader(tx: Tx, actor: int) -> StaffPerson:
    """Whoever keeps the answers true; questions are for their eyes."""
    who = await acting.reader(tx, actor)
    if Right.EDIT not in rights(who):
        raise Forbidden
    return who


async def _names(tx: Tx) -> dict[int, str]:
    return {one.id: one.name for one in await members.all_(tx, "")}


def _answer(body: str) -> Answer:
    item = json.loads(body) or {}  # one that is taken away
    title, short = item.get("title"), item.get("short")
    return Answer(title if isinstance(title, dict) else {}, short if isinstance(short, dict) else {})
