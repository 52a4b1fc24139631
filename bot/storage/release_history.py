"""What was released when, and every version of an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.storage.session import Tx
from bot.storage.tables import item, item_version, release


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    number: int
    version: str
    author: str
    """``import``, ``cli``, or ``staff:3``."""
    reason: str
    at: dt.datetime
    imported: str | None


@dataclass(frozen=True, slots=True)
class Touched:
    """An item that a release changed."""

    release: int
    kind: str
    slug: str
    came: bool
    """It has a version from this release on; else it ended."""


@dataclass(frozen=True, slots=True)
class Version:
    id: int
    body: str
    author: str
    at: dt.datetime
    from_release: int
    to_release: int | None


async def rows(tx: Tx, most: int, skipped: int = 0) -> Sequence[ReleaseRow]:
    """Releases, the newest first."""
    found = select(release).order_by(release.c.number.desc()).limit(most).offset(skipped)
    return [
        ReleaseRow(row.number, row.version, row.author, row.reason, row.at, row.imported)
        for row in await tx.execute(found)
    ]


async def count(tx: Tx) -> int:
    return (await tx.execute(select(func.count()).select_from(release))).scalar_one()


async def touched(tx: Tx, numbers: Sequence[int]) -> list[Touched]:
    """Items that these releases changed, each once a release."""
    found: dict[tuple[int, str, str], bool] = {}
    for column, came in ((item_version.c.to_release, False), (item_version.c.from_release, True)):
        wanted = (
            select(column.label("release"), item.c.kind, item.c.slug)
            .join(item, item.c.id == item_version.c.item_id)
            .where(column.in_(numbers))
            .order_by(item.c.kind, item.c.slug)
        )
        for row in await tx.execute(wanted):
            found[row.release, row.kind, row.slug] = came
    return [Touched(*key, came) for key, came in found.items()]


async def versions(tx: Tx, kind: str, slug: str) -> list[Version]:
    """Every version of an item that clients have got, the newest first."""
    found = (
        select(item_version)
        .join(item, item.c.id == item_version.c.item_id)
        .where(item.c.kind == kind, item.c.slug == slug)
        .order_by(item_version.c.id.desc())
    )
    return [
        Version(row.id, row.body, row.author, row.at, row.from_release, row.to_release)
        for row in await tx.execute(found)
    ]
