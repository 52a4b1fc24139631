"""Releases of the content: the pack's folder is imported as item versions, each live from a release."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import item, item_version, release
from knowledge_base.schema import Pack

LOCK = 7_154_202_611
"""Advisory lock under which releases are made."""


_KINDS = tuple(name for name in Pack.model_fields if name not in ("version", "agency", "texts", "questions"))
"""Kinds whose items are models by slug."""


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


async def load(tx: AsyncConnection, number: int) -> Pack:
    """The pack as it was released, whatever the folders hold by now.

    Raises ValidationError for a release that this code does not understand, LookupError for none.
    """
    version = (await tx.execute(select(release.c.version).where(release.c.number == number))).scalar_one_or_none()
    if version is None:
        raise LookupError(f"there is no release {number}")
    rows = await tx.execute(
        select(item.c.kind, item.c.slug, item_version.c.body)
        .join(item, item.c.id == item_version.c.item_id)
        .where(_lives_in(number))
        .order_by(item.c.id)
    )
    content: dict[str, Any] = {kind: {} for kind in (*_KINDS, "texts", "questions")}
    for kind, slug, body in rows:
        if kind == "agency":
            content["agency"] = json.loads(body)
        else:
            content[kind][slug] = json.loads(body)
    return Pack.model_validate_json(json.dumps({"version": version, **content}))


def _lives_in(number: int) -> ColumnElement[bool]:
    ends = item_version.c.to_release
    return and_(item_version.c.from_release <= number, or_(ends.is_(None), ends > number))


async def count_items(tx: AsyncConnection, number: int) -> int:
    """How many items are live in a release."""
    found = await tx.execute(select(func.count()).select_from(item_version).where(_lives_in(number)))
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
    for kind in _KINDS:
        for slug, model in getattr(pack, kind).items():
            yield (kind, slug), model.model_dump_json()
    for key, texts in pack.texts.items():
        yield ("texts", key), json.dumps(texts, ensure_ascii=False, sort_keys=True)
    for slug, questions in pack.questions.items():
        yield ("questions", slug), json.dumps(questions, ensure_ascii=False)
