"""What nearly every turn saves, in one statement.

A turn costs what its round trips cost: apart, the same rows took eight of them and half of a worker's time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import outbox


@dataclass(frozen=True, slots=True)
class Message:
    """A row of ``message``, but for what all of a turn share."""

    direction: str
    text: str | None
    inbox_id: int | None = None
    engine: str | None = None
    candidates: str | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    id: int
    kind: str
    slug: str
    case: int | None


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    outcome: str
    slug: str | None


@dataclass(slots=True)
class Bundle:
    """Rows of one turn, gathered until its end. ``inbox_id`` and ``lease``: the update it handles."""

    address_id: int
    now: dt.datetime
    release: int
    outcome: str
    slug: str | None
    inbox_id: int | None = None
    lease: str | None = None
    state: str = ""
    """The dialog, as JSON."""
    messages: list[Message] = field(default_factory=list)
    calls: list[outbox.Row] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


_SAVE = text("""
    WITH said AS MATERIALIZED (
        SELECT nextval('said_id') AS id, r.* FROM json_to_recordset(CAST(:said AS json)) AS r(
            direction text, inbox_id bigint, text text, engine text, candidates text, address_id bigint,
            conversation text, channel text, kind text, target text, thread_of bigint, lane smallint, body text)),
    settled AS (
        UPDATE inbox SET state = 'done', outcome = left(:outcome, 200), handled_at = :now
        WHERE id = CAST(:inbox_id AS bigint) AND lease = :lease AND state = 'new' RETURNING id),
    kept AS (
        UPDATE dialog SET state = :state, updated_at = :now WHERE address_id = :address_id),
    opened AS (
        INSERT INTO episode (id, address_id, kind, slug, case_id, opened_at)
        SELECT e.id, :address_id, e.kind, e.slug, e."case", :now
        FROM json_to_recordset(CAST(:episodes AS json)) AS e(id bigint, kind text, slug text, "case" bigint)),
    asked AS (
        INSERT INTO question (at, text, outcome, slug, release)
        SELECT :now, q.text, q.outcome, q.slug, CAST(:release AS int)
        FROM json_to_recordset(CAST(:questions AS json)) AS q(text text, outcome text, slug text)),
    kept_messages AS (
        INSERT INTO message (id, address_id, direction, at, inbox_id, text, outcome, slug, release, engine, candidates)
        SELECT id, :address_id, direction, :now, inbox_id, text, :outcome, CAST(:slug AS text), :release, engine,
               candidates
        FROM said WHERE direction IS NOT NULL),
    kept_calls AS (
        INSERT INTO outbox (id, address_id, conversation, channel, kind, target, thread_of, lane, body, created_at)
        SELECT id, address_id, conversation, channel, kind, target, thread_of, lane, body, :now
        FROM said WHERE kind IS NOT NULL)
    SELECT count(*) FROM settled
""")
"""Rows come as JSON, not as arrays: PostgreSQL would plan anew for arrays of each length."""


async def save(tx: AsyncConnection, bundle: Bundle) -> bool:
    """Save it all. False: the update was not ours any more, and the caller must roll back."""
    settled = (await tx.execute(_SAVE, {
        "address_id": bundle.address_id, "now": bundle.now, "release": bundle.release, "outcome": bundle.outcome,
        "slug": bundle.slug, "inbox_id": bundle.inbox_id, "lease": bundle.lease, "state": bundle.state,
        "said": _json([*bundle.messages, *map(_call, bundle.calls)]), "episodes": _json(bundle.episodes),
        "questions": _json(bundle.questions),
    })).scalar_one()
    return bundle.inbox_id is None or settled == 1


def _json(rows: Sequence[object]) -> str:
    return orjson.dumps(rows).decode()


def _call(row: outbox.Row) -> dict[str, object]:
    return {
        "address_id": row.address_id, "conversation": row.conversation, "channel": row.channel, "kind": row.kind,
        "target": row.target, "thread_of": row.thread_of, "lane": row.lane, "body": outbox.body(row.rendered),
    }
