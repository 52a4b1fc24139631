"""What nearly every turn saves, in one statement; for several turns at once too.

A turn costs what its round trips cost: apart, the same rows took eight of them and half of a worker's time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import ClaimLost
from bot.storage import outbox


@dataclass(frozen=True, slots=True)
class Message:
    """A row of ``message``, but for what all of a turn share."""

    direction: str
    text: str | None
    inbox_id: int | None = None
    engine: str | None = None
    candidates: str | None = None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    id: int
    kind: str
    slug: str
    case: int | None


@dataclass(slots=True)
class Question:
    id: int
    text: str
    """Without what is personal."""
    outcome: str
    slug: str | None
    language: str | None = None
    engine: str | None = None
    candidates: str | None = None
    client: int = 0
    case: int | None = None
    """Of the one to whom it leads for a while, as do ``episodes``."""
    episodes: Sequence[int] = ()


@dataclass(slots=True)
class Bundle:
    """Rows of one turn, gathered until its end. ``inbox_id`` and ``lease``: the update it handles."""

    address_id: int
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
    WITH turns AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(:turns AS json)) AS t(
            address_id bigint, release int, outcome text, slug text, inbox_id bigint, lease text, state text)),
    said AS MATERIALIZED (
        SELECT nextval('said_id') AS id, r.* FROM json_to_recordset(CAST(:said AS json)) AS r(
            owner bigint, direction text, inbox_id bigint, text text, engine text, candidates text,
            address_id bigint, conversation text, channel text, kind text, target text, thread_of bigint,
            lane smallint, body text, staff_id bigint, place int, carries int, episode_id bigint)),
    settled AS (
        UPDATE inbox SET state = 'done', outcome = left(t.outcome, 200), handled_at = :now
        FROM turns t
        WHERE inbox.id = ANY (ARRAY(SELECT inbox_id FROM turns)) AND inbox.id = t.inbox_id
          AND inbox.lease = t.lease AND inbox.state = 'new' RETURNING inbox.id),
    kept AS (
        UPDATE dialog SET state = t.state, updated_at = :now
        FROM turns t
        WHERE dialog.address_id = ANY (ARRAY(SELECT address_id FROM turns)) AND dialog.address_id = t.address_id),
    opened AS (
        INSERT INTO episode (id, address_id, kind, slug, case_id, opened_at, release)
        SELECT e.id, e.owner, e.kind, e.slug, e."case", :now, e.release
        FROM json_to_recordset(CAST(:episodes AS json)) AS e(
            owner bigint, id bigint, kind text, slug text, "case" bigint, release int)),
    made_salt AS (
        INSERT INTO question_salt (month, salt)
        SELECT :month, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        WHERE NOT EXISTS (SELECT FROM question_salt WHERE month = :month)
        ON CONFLICT DO NOTHING RETURNING salt),
    salted AS (SELECT salt FROM question_salt WHERE month = :month UNION ALL SELECT salt FROM made_salt),
    asked AS (
        INSERT INTO question (id, at, text, outcome, slug, release, language, engine, candidates, asker)
        SELECT q.id, :day, q.text, q.outcome, q.slug, q.release, q.language, q.engine, q.candidates,
               (SELECT substr(sha256(salt || int8send(q.client)), 1, 8) FROM salted)
        FROM json_to_recordset(CAST(:questions AS json)) AS q(
            id bigint, text text, outcome text, slug text, release int, language text, engine text, candidates text,
            client bigint)),
    linked AS (
        INSERT INTO question_link (question_id, address_id, at, episode_id, case_id)
        SELECT l.question, l.owner, :now, l.episode, l."case"
        FROM json_to_recordset(CAST(:links AS json)) AS l(
            question bigint, owner bigint, episode bigint, "case" bigint)),
    kept_messages AS (
        INSERT INTO message (id, address_id, direction, at, inbox_id, text, outcome, slug, release, engine, candidates,
                             staff_id)
        SELECT s.id, s.owner, s.direction, :now, s.inbox_id, s.text, t.outcome, t.slug, t.release, s.engine,
               s.candidates, s.staff_id
        FROM said s JOIN turns t ON t.address_id = s.owner
        WHERE s.direction IS NOT NULL
          AND (t.inbox_id IS NULL OR EXISTS (SELECT FROM settled WHERE settled.id = t.inbox_id))),
    kept_calls AS (
        INSERT INTO outbox (id, address_id, conversation, channel, kind, target, thread_of, lane, body, created_at,
                            message_id, episode_id)
        SELECT s.id, s.address_id, s.conversation, s.channel, s.kind, s.target, s.thread_of, s.lane, s.body, :now, m.id,
               s.episode_id
        FROM said s LEFT JOIN said m ON m.owner = s.owner AND m.place = s.carries
        WHERE s.kind IS NOT NULL)
    SELECT count(*) FROM settled
""")
"""Rows come as JSON, not as arrays: PostgreSQL would plan anew for arrays of each length."""


async def save(tx: AsyncConnection, bundles: Sequence[Bundle], now: dt.datetime) -> None:
    """Save it all; each of another conversation. Raises ClaimLost: one of the updates was not ours any more."""
    parameters = {
        "now": now,
        "day": now.replace(hour=0, minute=0, second=0, microsecond=0),
        "month": now.date().replace(day=1),
        "turns": _json([_turn(bundle) for bundle in bundles]),
        "said": _json([row for bundle in bundles for row in _said(bundle)]),
        "episodes": _json(
            [
                {
                    "owner": b.address_id,
                    "id": e.id,
                    "kind": e.kind,
                    "slug": e.slug,
                    "case": e.case,
                    "release": b.release,
                }
                for b in bundles
                for e in b.episodes
            ]
        ),
        "questions": _json(
            [
                {
                    "id": q.id,
                    "text": q.text,
                    "outcome": q.outcome,
                    "slug": q.slug,
                    "release": b.release,
                    "language": q.language,
                    "engine": q.engine,
                    "candidates": q.candidates,
                    "client": q.client,
                }
                for b in bundles
                for q in b.questions
            ]
        ),
        "links": _json(
            [
                {"question": q.id, "owner": b.address_id, "episode": episode, "case": q.case}
                for b in bundles
                for q in b.questions
                for episode in q.episodes or (None,)
            ]
        ),
    }
    settled = (await tx.execute(_SAVE, parameters)).scalar_one()
    if settled != sum(bundle.inbox_id is not None for bundle in bundles):
        raise ClaimLost


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return orjson.dumps(rows).decode()


def _turn(bundle: Bundle) -> dict[str, object]:
    return {
        "address_id": bundle.address_id,
        "release": bundle.release,
        "outcome": bundle.outcome,
        "slug": bundle.slug,
        "inbox_id": bundle.inbox_id,
        "lease": bundle.lease,
        "state": bundle.state,
    }


def _said(bundle: Bundle) -> Iterator[dict[str, object]]:
    """Messages first, then calls: in this order they get their ids."""
    owner = bundle.address_id
    for place, message in enumerate(bundle.messages):
        yield {
            "place": place,
            "owner": owner,
            "direction": message.direction,
            "inbox_id": message.inbox_id,
            "text": message.text,
            "engine": message.engine,
            "candidates": message.candidates,
            "staff_id": message.staff_id,
        }
    for row in bundle.calls:
        yield {
            "owner": owner,
            "address_id": row.address_id,
            "conversation": row.conversation,
            "channel": row.channel,
            "kind": row.kind,
            "target": row.target,
            "thread_of": row.thread_of,
            "lane": row.lane,
            "body": outbox.body(row.rendered),
            "carries": row.carries,
            "episode_id": row.episode,
        }
