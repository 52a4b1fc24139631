"""Releases of the content: item versions, each live from a release to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.domain.pilots import PilotRuns
from bot.storage.session import Tx
from bot.storage.tables import item, item_version, pilot, release
from knowledge_base import stored
from knowledge_base.schema import Pack
from knowledge_base.stored import Bodies, Key

LOCK = 7_154_202_611
"""Advisory lock under which releases are made."""


@dataclass(frozen=True, slots=True)
class Latest:
    number: int
    version: str


@dataclass(frozen=True, slots=True)
class Made:
    """Who makes a release and why."""

    author: str
    """``import``, ``cli``, or ``staff:3``."""
    reason: str
    at: dt.datetime
    imported: str | None = None
    """The version of the folder that comes in with it."""


async def lock(tx: Tx) -> None:
    """Nobody else makes a release until the end of this transaction."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


GENERAL = select(func.max(release.c.number)).where(release.c.number.not_in(select(pilot.c.release))).scalar_subquery()
"""Number of the newest release that all clients get."""


async def latest(tx: Tx) -> Latest | None:
    """The newest release that all clients get; a pilot's is another matter."""
    row = (await tx.execute(select(release).where(release.c.number == GENERAL))).first()
    return Latest(row.number, row.version) if row else None


async def birth(tx: Tx) -> str:
    """When the first release was made: tells this database from any other."""
    made = await tx.execute(select(release.c.at).order_by(release.c.number).limit(1))
    return str(made.scalar_one().isoformat())


async def publish(tx: Tx, pack: Pack, author: str, reason: str, now: dt.datetime) -> int:
    """Make a folder's pack the newest release as it is, unless it already is. Safe when several workers start at once.

    Returns the release's number.
    """
    await lock(tx)
    newest = await latest(tx)
    if newest is not None and newest.version == pack.version:
        return newest.number
    bodies = stored.bodies_of(pack)
    number = await make(tx, bodies, pack.version, Made(author, reason, now, imported=pack.version))
    await remember_folder(tx, bodies)
    return number


async def make(tx: Tx, bodies: Bodies, version: str, made: Made, authors: Mapping[Key, str] | None = None) -> int:
    """The next release, of these items; the caller holds the lock and has checked them.

    Only changed items get a new version, written by ``authors`` where they are named. Returns the number.
    Raises PilotRuns unless the caller has ended it before.
    """
    if (await tx.execute(select(pilot.c.release).where(pilot.c.ended_at.is_(None)))).first() is not None:
        raise PilotRuns
    number: int = (await tx.execute(select(func.coalesce(func.max(release.c.number), 0) + 1))).scalar_one()
    row = {"author": made.author, "reason": made.reason, "at": made.at, "imported": made.imported}
    await tx.execute(insert(release).values(number=number, version=version, **row))
    live = await _live(tx)
    gone = [version_id for key, (version_id, body) in live.items() if bodies.get(key) != body]
    if gone:
        await tx.execute(update(item_version).where(item_version.c.id.in_(gone)).values(to_release=number))
    changed = {key: body for key, body in bodies.items() if key not in live or live[key][1] != body}
    if changed:
        ids, by = await _item_ids(tx, changed), authors or {}
        rows = [{"item_id": ids[k], "body": body, "author": by.get(k, made.author)} for k, body in changed.items()]
        await tx.execute(insert(item_version).values(from_release=number, at=made.at), rows)
    return number


async def imported_as(tx: Tx, version: str) -> int | None:
    """The release that a folder of this version came in with last."""
    found = select(func.max(release.c.number)).where(release.c.imported == version)
    number: int | None = (await tx.execute(found)).scalar_one()
    return number


async def folder_bodies(tx: Tx) -> dict[Key, str]:
    """What the folder held that was imported last."""
    rows = await tx.execute(select(item.c.kind, item.c.slug, item.c.imported).where(item.c.imported.is_not(None)))
    return {(row.kind, row.slug): row.imported for row in rows}


async def remember_folder(tx: Tx, bodies: Bodies) -> None:
    """A folder was imported: what changes there from now on is told from what changed at the desk."""
    before = await folder_bodies(tx)
    gone = before.keys() - bodies.keys()
    for kind, slug in gone:
        await tx.execute(update(item).where(item.c.kind == kind, item.c.slug == slug).values(imported=None))
    changed = [{"kind": k[0], "slug": k[1], "imported": body} for k, body in bodies.items() if before.get(k) != body]
    if changed:
        rows = upsert(item)
        await tx.execute(
            rows.on_conflict_do_update(
                index_elements=[item.c.kind, item.c.slug], set_={"imported": rows.excluded.imported}
            ),
            changed,
        )


async def content(tx: Tx, number: int) -> dict[Key, str]:
    """Every item of a release, in the order in which they first came."""
    rows = await tx.execute(
        select(item.c.kind, item.c.slug, item_version.c.body)
        .join(item, item.c.id == item_version.c.item_id)
        .where(lives_in(number))
        .order_by(item.c.id)
    )
    return {(row.kind, row.slug): row.body for row in rows}


async def version_of(tx: Tx, number: int) -> str:
    """The version of a release's content. Raises LookupError."""
    found = await tx.execute(select(release.c.version).where(release.c.number == number))
    version: str | None = found.scalar_one_or_none()
    if version is None:
        raise LookupError(f"there is no release {number}")
    return version


async def load(tx: Tx, number: int) -> Pack:
    """The pack as it was released, whatever the folders hold by now.

    Raises ValidationError for a release that this code does not understand, LookupError for none.
    """
    version = await version_of(tx, number)
    return stored.as_pack(await content(tx, number), version)


def lives_in(number: int | ScalarSelect[Any]) -> ColumnElement[bool]:
    """Of versions of items: in a release."""
    ends = item_version.c.to_release
    return and_(item_version.c.from_release <= number, or_(ends.is_(None), ends > number))


async def count_items(tx: Tx, number: int) -> int:
    """How many items are live in a release."""
    found = await tx.execute(select(func.count()).select_from(item_version).where(lives_in(number)))
    return found.scalar_one()


async def _live(tx: Tx) -> dict[Key, tuple[int, str]]:
    rows = await tx.execute(
        select(item.c.kind, item.c.slug, item_version.c.id, item_version.c.body)
        .join(item, item.c.id == item_version.c.item_id)
        .where(item_version.c.to_release.is_(None))
    )
    return {(row.kind, row.slug): (row.id, row.body) for row in rows}


async def _item_ids(tx: Tx, changed: Bodies) -> dict[Key, int]:
    await tx.execute(
        upsert(item).values([{"kind": kind, "slug": slug} for kind, slug in changed]).on_conflict_do_nothing()
    )
    rows = await tx.execute(select(item))
    return {(row.kind, row.slug): row.id for row in rows}
