"""Corrections as moderators see them: who got a wrong answer, what they are told, how far it has come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot import acting
from bot.domain.activities.correcting import correction
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import TEMPLATES, Live
from bot.domain.messages import Channel, Rendered
from bot.domain.recalls import Reach, Recall, Received, State
from bot.domain.rendering import render
from bot.domain.staff import Right, rights
from bot.domain.wording import Voice
from bot.storage import drafts, members, recall_clients, recalls, release_history
from bot.storage.release_history import Version
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.schema import Localized


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a template, and who got it; ``text``: its short answer."""

    version: Version
    text: Localized
    received: Sequence[Received]

    @property
    def clients(self) -> int:
        """Over the channels; whoever got it in two of them counts twice."""
        return sum(one.clients for one in self.received)


@dataclass(frozen=True, slots=True)
class RecallRow:
    recall: Recall
    reach: Reach


@dataclass(frozen=True, slots=True)
class RecallPage:
    slug: str
    title: Localized
    versions: Sequence[VersionRow]
    withdrawn: bool
    """A person answers meanwhile."""
    given: bool
    """Clients still get one of the versions chosen."""
    opened: RecallRow | None
    """The correction that waits to be sent; its reach is whom it would be sent to."""
    shown: Mapping[str, Rendered]
    """By language, how it will be read."""
    others: Sequence[RecallRow]
    names: Mapping[int, str]
    may: frozenset[Right]
    own: bool
    """This person has written in the one that waits."""


async def of_template(runtime: Runtime, actor: int, slug: str) -> RecallPage:
    """Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        may = rights(await acting.reader(tx, actor))
        found = await release_history.versions(tx, TEMPLATES, slug)
        if not found:
            raise NotThere
        live = await drafts.live(tx, TEMPLATES, slug)
        received = {key: tuple(rows) for key, rows in groupby(await recalls.received(tx, slug), lambda r: r.version)}
        every = await recalls.of_template(tx, slug)
        opened = next((one for one in every if one.state is State.WRITTEN), None)
        waiting = RecallRow(opened, await recalls.reach(tx, slug, opened.versions)) if opened else None
        others = await _rows(tx, [one for one in every if one is not opened])
        names = await _names(tx)
    return RecallPage(
        slug,
        json.loads(found[0].body).get("title") or {},
        [VersionRow(one, json.loads(one.body).get("short") or {}, received.get(one.id, ())) for one in found],
        _withdrawn(live),
        opened is not None and live is not None and live.id in opened.versions,
        waiting,
        _shown(runtime, opened) if opened else {},
        others,
        names,
        may,
        opened is not None and actor in opened.writers,
    )


@dataclass(frozen=True, slots=True)
class RecallList:
    rows: Sequence[RecallRow]
    names: Mapping[int, str]


async def every(runtime: Runtime, actor: int, most: int, skipped: int = 0) -> RecallList:
    """Of all templates, the newest first. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await acting.reader(tx, actor)
        return RecallList(await _rows(tx, await recalls.rows(tx, most, skipped)), await _names(tx))


def _withdrawn(live: Live | None) -> bool:
    return live is not None and bool(json.loads(live.body).get("withdrawn"))


def _shown(runtime: Runtime, one: Recall) -> dict[str, Rendered]:
    """As the renderer will say it."""
    pack = runtime.shelf.content.pack
    default, shown = pack.agency.default_language, {}
    for language in one.texts:
        told = correction(one.titles, one.texts, language, default)
        voice = Voice(pack, language, runtime.clock(), {}, {})
        shown[language] = render(told, voice, runtime.limits[Channel.TELEGRAM])[0]
    return shown


async def _rows(tx: Tx, found: Sequence[Recall]) -> list[RecallRow]:
    reached = await recall_clients.reached(tx, [one.id for one in found])
    return [RecallRow(one, reached[one.id]) for one in found]


async def _names(tx: Tx) -> dict[int, str]:
    return {one.id: one.name for one in await members.all_(tx, "")}
