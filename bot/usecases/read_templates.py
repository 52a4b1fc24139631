"""A template as moderators see it, with its draft and its history; the releases."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import acting, moderation
from bot.domain import terms
from bot.domain.desk_errors import NotThere
from bot.domain.drafts import TEMPLATES, Draft, Live, State, Step, Verb
from bot.domain.staff import Right, rights
from bot.storage import drafts, members, release_history, releases
from bot.storage.release_history import ReleaseRow, Touched, Version
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.faults import Fault
from knowledge_base.plain_language.result import Kind
from knowledge_base.plainness import review_by
from knowledge_base.schema import Localized, Pack, PlainLanguage


@dataclass(frozen=True, slots=True)
class Hard:
    """What makes a text hard to read: the words, and a plainer suggestion where there is one."""

    kind: Kind
    words: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Plain:
    """How plainly one text is written; ``figure``: 0 (hardest) to 100, None where it tells nothing."""

    field: str
    language: str
    figure: int | None
    hard: tuple[Hard, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One template: what clients get, and its draft."""

    slug: str
    live: Live | None
    live_item: Mapping[str, Any]
    draft: Draft | None
    item: Mapping[str, Any]
    """What stands in the draft, else what is live; may be half-written."""
    steps: Sequence[Step]
    faults: Sequence[Fault]
    """What stands in the way of the draft's release."""
    may: frozenset[Right]
    own: bool
    """This person has written in the draft."""
    overdue: bool
    plain: Sequence[Plain]
    coming: Mapping[str, Localized]
    """Titles of new templates that are drafts still: buttons may lead to them."""

    @property
    def outdated(self) -> bool:
        """What clients get has changed since the draft was saved."""
        return self.draft is not None and self.draft.base != (self.live.id if self.live else None)


@dataclass(frozen=True, slots=True)
class ReleasesPage:
    rows: Sequence[ReleaseRow]
    total: int
    touched: Mapping[int, Sequence[Touched]]
    names: Mapping[str, str]
    """``staff:3`` to a name."""
    approved: Sequence[Draft]
    """What the next release may take."""
    may: frozenset[Right]
    live: int
    """The newest release."""
    served: int
    """The one that this worker serves."""


async def stored_item(runtime: Runtime, actor: int, slug: str) -> Mapping[str, Any]:
    """What stands in the draft of a template, else what clients get; empty for none. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        await _rights(tx, actor)
        draft = await drafts.open_of(tx, TEMPLATES, slug)
        found = draft if draft and not draft.deletes else await drafts.live(tx, TEMPLATES, slug)
    item: Mapping[str, Any] = json.loads(found.body) if found else {}
    return item


async def card(runtime: Runtime, actor: int, slug: str, *, new: bool = False) -> Card:
    """``new``: one that is not there yet is an empty page to begin on. Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        may = await _rights(tx, actor)
        live, draft = await drafts.live(tx, TEMPLATES, slug), await drafts.open_of(tx, TEMPLATES, slug)
        if live is None and draft is None and not new:
            raise NotThere
        steps = await drafts.steps(tx, draft.id) if draft else ()
        faults = await moderation.seen_faults(tx, runtime.shelf.content.pack, draft) if draft else ()
        coming = await _coming(tx, runtime.shelf.content.pack, slug)
        own = any(one.staff == actor and one.verb is Verb.SAVED for one in steps)
    live_item = json.loads(live.body) if live else {}
    item = draft.item if draft and not draft.deletes else live_item
    overdue = bool(live_item) and str(live_item.get("review_by", "")) < _today(runtime).isoformat()
    plain = await asyncio.to_thread(_plain, item, runtime.shelf.content.pack.agency.plain_language)
    return Card(slug, live, live_item, draft, item, steps, faults, may, own, overdue, plain, coming)


async def _coming(tx: Tx, pack: Pack, slug: str) -> dict[str, Localized]:
    opened = [one for one in await drafts.all_open(tx, TEMPLATES) if one.slug not in pack.templates]
    titles = {one.slug: one.item.get("title") for one in opened if one.slug != slug}
    return {other: title if isinstance(title, dict) else {} for other, title in titles.items()}


def _plain(item: Mapping[str, Any], limits: PlainLanguage) -> list[Plain]:
    found = []
    for field in ("short", "more"):
        texts = item.get(field)
        for language, text in texts.items() if isinstance(texts, dict) else ():
            seen = review_by(limits, str(text), language)
            hard = tuple(
                Hard(one.kind, text[one.start : one.start + one.length], one.suggestion) for one in seen.remarks
            )
            found.append(Plain(field, language, seen.ease, hard))
    return found


async def history(runtime: Runtime, actor: int, slug: str) -> tuple[Sequence[Version], Mapping[str, str]]:
    """Every version that clients have got, the newest first, and the names of staff. Raises Forbidden, NotThere."""
    async with runtime.db.begin() as tx:
        await _rights(tx, actor)
        found = await release_history.versions(tx, TEMPLATES, slug)
        names = await _names(tx)
    if not found:
        raise NotThere
    return found, names


async def all_releases(runtime: Runtime, actor: int, most: int, skipped: int) -> ReleasesPage:
    """The newest first, with what each of them changed. Raises Forbidden."""
    async with runtime.db.begin() as tx:
        may = await _rights(tx, actor)
        rows = await release_history.rows(tx, most, skipped)
        touched: dict[int, list[Touched]] = {}
        # The first one brought everything: that tells nothing.
        for one in await release_history.touched(tx, [row.number for row in rows if row.number > 1]):
            touched.setdefault(one.release, []).append(one)
        approved = [one for one in await drafts.all_open(tx) if one.state is State.APPROVED]
        newest = await releases.latest(tx)
        names, total = await _names(tx), await release_history.count(tx)
    served = runtime.shelf.content.release
    return ReleasesPage(rows, total, touched, names, approved, may, newest.number if newest else served, served)


async def _rights(tx: Tx, actor: int) -> frozenset[Right]:
    return rights(await acting.reader(tx, actor))


async def _names(tx: Tx) -> dict[str, str]:
    return {f"staff:{one.id}": one.name for one in await members.all_(tx, "")}


def _today(runtime: Runtime) -> dt.date:
    return terms.day_of(runtime.clock(), runtime.shelf.content.pack.agency.timezone)
