"""Import a pack's folder: its changes become the newest release, and what the desk has changed stays."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from pydantic import ValidationError

from bot import moderation
from bot.domain.drafts import TEMPLATES, DraftsInTheWay
from bot.domain.errors import ReleaseUnreadable
from bot.domain.staff import Right
from bot.storage import audit, drafts, files, pilots, releases, touchpoints
from bot.storage import sources as kept_sources
from bot.storage.releases import Latest, Made
from bot.storage.session import Database, Tx
from knowledge_base import stored
from knowledge_base.faults import Fault, PackError
from knowledge_base.folder import sources_of
from knowledge_base.load import content_of
from knowledge_base.schema import Pack
from knowledge_base.stored import Bodies, Key


class Came(StrEnum):
    """What became of the folder."""

    WHOLE = "whole"
    """The release is the folder as it is."""
    MERGED = "merged"
    """The folder's changes were added to what the desk has changed."""
    NOTHING = "nothing"
    """Nothing in the folder has changed since its last import."""
    FORMER = "former"
    """This folder was imported before; what was released since stays."""
    REFUSED = "refused"
    """Its changes do not fit what the desk has changed; the release before stays."""
    WAITS = "waits"
    """A pilot runs: what the others get must not change meanwhile."""


@dataclass(frozen=True, slots=True)
class Published:
    release: int
    salt: str
    """Tells this database from any other."""
    pack: Pack
    """What is live now."""
    came: Came
    both: tuple[Key, ...] = ()
    """Items that the folder and the desk have both changed: the desk's stayed."""
    faults: tuple[Fault, ...] = ()
    """Why it was refused."""

    def told(self) -> list[str]:
        """For the operator: what became of the folder where that is not a release of it as it is."""
        lines = []
        match self.came:
            case Came.WHOLE:
                pass
            case Came.NOTHING:
                lines.append("Nothing in the folder has changed that is not there already.")
            case Came.MERGED:
                lines.append("The folder's changes were added; what was changed at the desk stays.")
            case Came.FORMER:
                lines.append("This folder was imported before; what was released since stays ('otklik kb import').")
            case Came.REFUSED:
                lines.append("The folder was not imported, it does not fit what was changed at the desk:")
                lines += [f"  {fault}" for fault in self.faults]
            case Came.WAITS:
                lines.append("The folder was not imported: a pilot runs. End it at the desk, then start again.")
            case _:
                assert_never(self.came)
        if self.both:
            lines.append("Changed in the folder and at the desk, the desk's stays ('--whole' takes the folder's):")
            lines += [f"  {kind}/{slug}" for kind, slug in self.both]
        return lines


@dataclass(frozen=True, slots=True)
class How:
    """How a folder is imported."""

    starting: bool = False
    """A worker starts: a folder that was imported before is left alone, and one that does not fit stops nothing."""
    whole: bool = False
    """The folder as it is, over whatever the desk has changed."""
    over_drafts: bool = False
    """Even where drafts are open on what it changes: they stay, and whoever wrote them is shown both texts."""
    by: str = ""
    """Login or number of the person whose release it is; none: nobody's in particular."""
    reason: str = "imported from files"
    required: frozenset[str] = frozenset()
    """Keys of the texts that the program says."""


async def publish_pack(db: Database, pack: Pack, folder: Path, now: dt.datetime, how: How = How()) -> Published:
    """The release that holds the pack of a folder, its files along with it; several workers may call it at once.

    Raises PackError when the folder does not fit what the desk has changed (at a start it is told instead), or
    when what is live lacks texts that this program says; DraftsInTheWay and PilotRuns (never at a start), NobodyKnown,
    Forbidden, ReasonMissing, ReleaseUnreadable.
    """
    sources = await asyncio.to_thread(sources_of, folder, pack.version)
    async with db.begin() as tx:
        await releases.lock(tx)
        by_hash = {file.sha256: file for file in pack.files.values()}
        for sha256 in sorted(await files.missing(tx, by_hash)):
            file = by_hash[sha256]
            await files.keep(tx, content_of(folder, file), file.media_type, now)
        newest = await releases.latest(tx)
        author = f"staff:{await moderation.by_hand(tx, how.by, Right.RELEASE)}" if how.by else "import"
        made = Made(author, moderation.reason_of(how.reason), now, imported=pack.version)
        came, both, faults = await _bring(tx, pack, newest, made, how)
        await touchpoints.first_content(tx, pack.touchpoints.values(), now)
        live = await releases.latest(tx)
        assert live is not None, "a release was made just now"
        if came in (Came.WHOLE, Came.MERGED) and (newest is None or newest.number < live.number):
            await kept_sources.keep(tx, live.number, sources)
            if not how.starting:
                await audit.write(tx, now, author if how.by else "cli", "release.imported", f"release:{live.number}")
        return Published(live.number, await releases.birth(tx), await _served(tx, live, pack, how), came, both, faults)


async def _bring(
    tx: Tx, pack: Pack, newest: Latest | None, made: Made, how: How
) -> tuple[Came, tuple[Key, ...], tuple[Fault, ...]]:
    folder = stored.bodies_of(pack)
    if newest is None:
        await _held_to_its_limits(folder, folder.keys())
        await releases.publish(tx, pack, made.author, made.reason, made.at)
        return Came.WHOLE, (), ()
    if newest.version == pack.version:
        return Came.NOTHING, (), ()
    if how.starting and await releases.imported_as(tx, pack.version) is not None:
        return Came.FORMER, (), ()
    if how.starting and await pilots.running(tx) is not None:
        return Came.WAITS, (), ()
    desk = stored.plain(await releases.content(tx, newest.number))
    base = stored.plain(await releases.folder_bodies(tx))
    bodies, both = (folder, []) if how.whole else stored.merged(base, desk, folder)
    if bodies == desk != folder:
        await releases.remember_folder(tx, folder)
        return Came.NOTHING, tuple(both), ()
    changed = {key for key in bodies.keys() | desk.keys() if bodies.get(key) != desk.get(key)}
    if not (how.starting or how.over_drafts):
        await _leave_drafts(tx, changed)
    whole = bodies == folder
    version = pack.version if whole else stored.digest(bodies)
    try:
        if not whole:
            await asyncio.to_thread(stored.checked, bodies, version, how.required)
        await _held_to_its_limits(bodies, changed)
    except PackError as error:
        if not how.starting:
            raise
        return Came.REFUSED, tuple(both), error.faults
    await releases.make(tx, bodies, version, made)
    await releases.remember_folder(tx, folder)
    return Came.WHOLE if whole else Came.MERGED, tuple(both), ()


async def _held_to_its_limits(bodies: Bodies, changed: AbstractSet[Key]) -> None:
    """What the pack's own limits of plain language block comes in by no door. Raises PackError."""
    blocked = await asyncio.to_thread(stored.blocked_words, bodies, changed & bodies.keys())
    if blocked:
        raise PackError(tuple(blocked))


async def _leave_drafts(tx: Tx, changed: AbstractSet[Key]) -> None:
    """Raises DraftsInTheWay."""
    slugs = [one.slug for one in await drafts.all_open(tx, TEMPLATES) if (one.kind, one.slug) in changed]
    if slugs:
        raise DraftsInTheWay(sorted(slugs))


async def _served(tx: Tx, live: Latest, pack: Pack, how: How) -> Pack:
    if live.version == pack.version:
        return pack
    try:
        served = await releases.load(tx, live.number)
    except ValidationError as error:
        raise ReleaseUnreadable from error
    missing = sorted(how.required - served.texts.keys())
    if missing:
        remedy = "'otklik kb import --whole' brings the folder's texts"
        raise PackError(tuple(Fault(f"release {live.number}", 1, f"missing text {key!r}", remedy) for key in missing))
    return served
