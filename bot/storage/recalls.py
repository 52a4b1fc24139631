"""Answers that proved wrong: who got them, what they are told instead, and who was told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text, update
from sqlalchemy import insert as add

from bot.domain.recalls import Reach, Recall, Received, State, Told
from bot.storage.moderation_tables import recall
from bot.storage.session import Tx
from bot.storage.tables import item, item_version

_GOT = """
    got AS MATERIALIZED (
        SELECT e.address_id, e.opened_at AS at, m.release FROM episode e
        CROSS JOIN LATERAL (SELECT release FROM message m
                            WHERE m.address_id = e.address_id AND m.at = e.opened_at AND m.direction = 'out'
                            ORDER BY m.id LIMIT 1) m
        WHERE e.kind = 'answer' AND e.slug = :slug
        UNION ALL
        SELECT address_id, at, release FROM message
        WHERE outcome = 'more' AND direction = 'out' AND slug = :slug),
    wrong AS MATERIALIZED (
        SELECT v.id, v.from_release, coalesce(v.to_release, 2147483647) AS to_release
        FROM item_version v JOIN item i ON i.id = v.item_id WHERE i.kind = 'templates' AND i.slug = :slug)
"""
"""An answer opens an episode in the turn of its message, which remembers the release; the rest of it opens none."""

_RECEIVED = text(f"""
    WITH {_GOT}
    SELECT v.id, a.channel, count(DISTINCT a.client_id) AS clients, count(*) AS times,
           min(got.at) AS since, max(got.at) AS until
    FROM got JOIN address a ON a.id = got.address_id
    JOIN wrong v ON got.release >= v.from_release AND got.release < v.to_release
    GROUP BY v.id, a.channel ORDER BY v.id DESC, a.channel
""")

_CLIENTS = f"""
    WITH {_GOT},
    heard AS (
        SELECT got.address_id, max(got.at) AS at FROM got
        JOIN wrong v ON got.release >= v.from_release AND got.release < v.to_release
        WHERE v.id = ANY (CAST(:versions AS bigint[])) GROUP BY got.address_id),
    theirs AS (SELECT DISTINCT a.client_id FROM heard JOIN address a ON a.id = heard.address_id),
    best AS (
        SELECT DISTINCT ON (b.client_id) b.client_id, b.id, b.channel FROM theirs
        JOIN address b ON b.client_id = theirs.client_id LEFT JOIN heard ON heard.address_id = b.id
        WHERE b.reachable ORDER BY b.client_id, heard.at DESC NULLS LAST, b.id DESC),
    found AS (
        SELECT theirs.client_id, best.id AS address_id, best.channel,
               CASE WHEN EXISTS (SELECT FROM erasure e WHERE e.client_id = theirs.client_id AND e.done_at IS NULL)
                      OR NOT EXISTS (SELECT FROM address b WHERE b.client_id = theirs.client_id
                                     AND b.external_id NOT LIKE 'erased:%') THEN '{Told.ERASED}'
                    WHEN best.id IS NULL THEN '{Told.BLOCKED}' ELSE '{Told.WAITING}' END AS state
        FROM theirs LEFT JOIN best ON best.client_id = theirs.client_id)
"""
_REACH = text(f"{_CLIENTS} SELECT state, coalesce(channel, '') AS channel, count(*) AS n FROM found GROUP BY 1, 2")
_COLLECT = text(f"""{_CLIENTS}
    INSERT INTO recall_client (recall_id, client_id, address_id, state, at)
    SELECT CAST(:recall AS bigint), client_id, address_id, state, CAST(:now AS timestamptz) FROM found
    ON CONFLICT DO NOTHING
""")


async def received(tx: Tx, slug: str) -> list[Received]:
    """Who got which version of a template, the newest version first."""
    rows = await tx.execute(_RECEIVED, {"slug": slug})
    return [Received(row.id, row.channel, row.clients, row.times, row.since, row.until) for row in rows]


async def reach(tx: Tx, slug: str, versions: Sequence[int]) -> Reach:
    """Whom a correction of these versions would be sent to."""
    rows = await tx.execute(_REACH, {"slug": slug, "versions": list(versions)})
    return {(Told(row.state), row.channel, ""): row.n for row in rows}


async def still_given(tx: Tx, versions: Sequence[int]) -> bool:
    """Whether clients get one of these versions now."""
    found = select(item_version.c.id).where(item_version.c.id.in_(versions), item_version.c.to_release.is_(None))
    return (await tx.execute(found.limit(1))).first() is not None


async def versions_of(tx: Tx, slug: str) -> set[int]:
    """Every version of a template that clients have got."""
    found = select(item_version.c.id).join(item, item.c.id == item_version.c.item_id)
    return set((await tx.execute(found.where(item.c.kind == "templates", item.c.slug == slug))).scalars())


async def begin(tx: Tx, one: Recall) -> int:
    """A correction that was not there before. Returns its number."""
    row = {**_row(one), "slug": one.slug, "state": one.state.value, "step": one.step}
    made: int = (await tx.execute(add(recall).values(**row).returning(recall.c.id))).scalar_one()
    return made


async def rewrite(tx: Tx, one: Recall) -> None:
    """Other words, other versions."""
    await tx.execute(update(recall).where(recall.c.id == one.id).values(**_row(one), step=one.step))


def _row(one: Recall) -> dict[str, Any]:
    texts = {"titles": one.titles, "texts": one.texts}
    written = {name: json.dumps(dict(by), ensure_ascii=False) for name, by in texts.items()}
    return {**written, "versions": list(one.versions), "writers": list(one.writers), "written_at": one.written_at}


async def of_template(tx: Tx, slug: str) -> list[Recall]:
    """Every correction of a template, the newest first."""
    found = select(recall).where(recall.c.slug == slug).order_by(recall.c.id.desc())
    return [_recall(row) for row in await tx.execute(found)]


async def rows(tx: Tx, most: int, skipped: int = 0) -> list[Recall]:
    """Of all templates, the newest first."""
    found = select(recall).order_by(recall.c.id.desc()).limit(most).offset(skipped)
    return [_recall(row) for row in await tx.execute(found)]


async def by_id(tx: Tx, number: int) -> Recall | None:
    row = (await tx.execute(select(recall).where(recall.c.id == number))).first()
    return _recall(row) if row else None


async def sending(tx: Tx) -> list[Recall]:
    """Those under way, oldest first."""
    found = select(recall).where(recall.c.state == State.SENDING.value).order_by(recall.c.id)
    return [_recall(row) for row in await tx.execute(found)]


async def send(tx: Tx, one: Recall, actor: int, now: dt.datetime) -> None:
    """From now on it goes out, to everybody who is known by now to have got the wrong answer."""
    values = {"state": State.SENDING.value, "step": one.step + 1, "approved_by": actor, "approved_at": now}
    await tx.execute(update(recall).where(recall.c.id == one.id).values(**values))
    await collect(tx, one, now)


async def collect(tx: Tx, one: Recall, now: dt.datetime) -> int:
    """Whoever has got the wrong answer and is not among its clients yet. Returns how many came."""
    found = {"recall": one.id, "slug": one.slug, "versions": list(one.versions), "now": now}
    return (await tx.execute(_COLLECT, found)).rowcount


async def end(tx: Tx, one: Recall, state: State, actor: int | None, now: dt.datetime) -> None:
    """Waits for those turns that are sending it just now; after that none begins."""
    values = {"state": state.value, "step": one.step + 1, "ended_by": actor, "ended_at": now}
    await tx.execute(update(recall).where(recall.c.id == one.id, recall.c.state == one.state.value).values(**values))


def _recall(row: Row[Any]) -> Recall:
    return Recall(
        row.id,
        row.slug,
        tuple(row.versions),
        json.loads(row.titles),
        json.loads(row.texts),
        State(row.state),
        row.step,
        tuple(row.writers),
        row.written_at,
        row.approved_by,
        row.approved_at,
        row.ended_by,
        row.ended_at,
    )
