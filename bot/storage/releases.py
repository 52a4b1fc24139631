"""Releases of the content: the pack's folder is imported as item versions, each live from a release."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import item, item_version, release
from knowledge_base.schema import Pack

LOCK = 7_154_202_611
"""Advisory lock under which releases are made."""


@dataclass(frozen=True, slots=True)
class Latest:
    number: int
    version: str


async def latest(tx: AsyncConnection) -> Latest | None:
    """The newest release."""
    row = (await tx.execute(select(release).order_by(release.c.number.desc()).limit(1))).first()
    return Latest(row.number, row.version) if row else None


async def birth(tx: AsyncConnection) -> str:
    """When the first release was made: tells this database from any other."""
    made = await tx.execute(select(release.c.at).order_by(release.c.number).limit(1))
    return str(made.scalar_one().isoformat())


async def publish(tx: AsyncConnection, pack: Pack, author: str, reason: str, now: dt.datetime) -> int:
    """Make the pack the newest release, unless it already is. Only changed items get a new version.

    Safe when several workers start at once. Returns the release's number.
    """
    await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    newest = await latest(tx)
    if newest is not None and newest.version == pack.version:
        return newest.number
    number = newest.number + 1 if newest else 1
    await tx.execute(insert(release).values(number=number, version=pack.version, author=author, reason=reason, at=now))
    bodies = dict(_items(pack))
    live = await _live(tx)
    gone = [version_id for key, (version_id, body) in live.items() if bodies.get(key) != body]
    if gone:
        await tx.execute(update(item_version).where(item_version.c.id.in_(gone)).values(to_release=number))
    changed = {key: body for key, body in bodies.items() if key not in live or live[key][1] != body}
    ids = await _item_ids(tx, changed)
    if changed:
        await tx.execute(
            insert(item_version),
            [
                {"item_id": ids[key], "body": body, "from_release": number, "author": author, "at": now}
                for key, body in changed.items()
            ],
        )
    return number


async def count_items(tx: AsyncConnection, number: int) -> int:
    """How many items are live in a release."""
    found = await tx.execute(
        select(func.count())
        .select_from(item_version)
        .where(
            item_version.c.from_release <= number,
            (item_version.c.to_release.is_(None)) | (item_version.c.to_release > number),
        )
    )
    return found.scalar_one()


async def _live(tx: AsyncConnection) -> dict[tuple[str, str], tuple[int, str]]:
    rows = await tx.execute(
        select(item.c.kind, item.c.slug, item_version.c.id, item_version.c.body)
        .join(item, item.c.id == item_version.c.item_id)
        .where(item_version.c.to_release.is_(None))
    )
    return {(row.kind, row.slug): (row.id, row.body) for row in rows}


async def _item_ids(tx: AsyncConnection, changed: dict[tuple[str, str], str]) -> dict[tuple[str, str], int]:
    if not changed:
        return {}
    await tx.execute(
        upsert(item).values([{"kind": kind, "slug": slug} for kind, slug in changed]).on_conflict_do_nothing()
    )
    rows = await tx.execute(select(item))
    return {(row.kind, row.slug): row.id for row in rows}


def _items(pack: Pack) -> Iterator[tuple[tuple[str, str], str]]:
    """Every item of a pack as (kind, slug) and its JSON."""
    yield ("agency", pack.agency.name), pack.agency.model_dump_json()
    for kind in (
        "templates",
        "intents",
        "services",
        "topics",
        "situations",
        "municipalities",
        "calendars",
        "policies",
        "teams",
        "bodies",
        "rules",
        "menus",
        "files",
    ):
        for slug, model in getattr(pack, kind).items():
            yield (kind, slug), model.model_dump_json()
    for key, texts in pack.texts.items():
        yield ("texts", key), json.dumps(texts, ensure_ascii=False, sort_keys=True)
    for slug, questions in pack.questions.items():
        yield ("questions", slug), json.dumps(questions, ensure_ascii=False)
