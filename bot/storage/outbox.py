"""Physical calls to messengers: saved with the decision, claimed in order a conversation."""

from __future__ import annotations

import datetime as dt
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import case, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.messages import Call, CallKind, Channel, Rendered, Sent
from bot.storage.tables import outbox, staff_topic

LEASE_SECONDS = 60
PERHAPS = "perhaps sent"
"""So begins the cause of a call that the messenger would recognise if it came again soon."""
UNKNOWN = "unknown outcome"
"""So begins the cause of a call that may have taken place before; it stays when the call is made again."""
RENDERED = TypeAdapter(Rendered)


@dataclass(frozen=True, slots=True)
class Row:
    """A call to be saved. ``thread_of``: the address whose forum topic it goes to."""

    address_id: int | None
    conversation: str
    channel: Channel
    kind: CallKind
    target: str
    rendered: Rendered
    thread_of: int | None = None
    lane: int = 0
    carries: int | None = None
    """Place of its message among those of the same turn."""
    episode: int | None = None
    """What the message asks a score for."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A call this worker may make until its lease ends."""

    call: Call
    conversation: str
    address_id: int | None
    thread_of: int | None
    lease: str
    first_tried_at: dt.datetime | None
    """By the database's clock; None at the first attempt."""
    tried_seconds: float
    """Seconds since the first attempt."""
    created_at: dt.datetime
    """By the domain's clock."""
    lost: bool = False
    """Whoever made the attempt before has told nothing of it: killed, or cut off from the database."""
    until: float = math.inf
    """By this process's own clock: from then on another worker may make the call."""
    perhaps_sent: bool = False
    """An earlier attempt may have taken place."""


def body(rendered: Rendered) -> str:
    """A message as a row keeps it; ``RENDERED`` reads it back."""
    return RENDERED.dump_json(rendered, exclude_defaults=True).decode()


async def open_topic(tx: AsyncConnection, address_id: int, chat: str) -> bool:
    """Reserve the conversation's topic in the staff group. True: it has to be created."""
    added = upsert(staff_topic).values(address_id=address_id, chat=chat).on_conflict_do_nothing()
    return (await tx.execute(added.returning(staff_topic.c.address_id))).first() is not None


_CLAIM = text("""
    WITH allowed AS (
        SELECT least(CAST(:most AS int), greatest(0, floor(extract(epoch FROM
               clock_timestamp() + CAST(:burst AS float8) * make_interval(secs => CAST(:interval AS float8))
               - greatest(coalesce((SELECT tat FROM pace WHERE key = :channel FOR UPDATE), '-infinity'),
                          clock_timestamp())) / CAST(:interval AS float8))))::int AS n),
    groups AS MATERIALIZED (
        SELECT DISTINCT ON (g.target) g.id FROM outbox g
        WHERE g.state = 'pending' AND g.target LIKE '-%' AND g.channel = :channel
          AND g.lease_until < clock_timestamp() AND g.due_at <= clock_timestamp()
          AND NOT EXISTS (SELECT 1 FROM outbox p
                          WHERE p.state = 'pending' AND p.conversation = g.conversation AND p.id < g.id)
        ORDER BY g.target, g.lane, g.id),
    picked AS (
        SELECT o.id, o.lease IS NOT NULL AS lost FROM outbox o
        WHERE o.state = 'pending' AND o.channel = :channel
          AND (o.target NOT LIKE '-%' OR o.id IN (SELECT id FROM groups))
          AND o.lease_until < clock_timestamp() AND o.due_at <= clock_timestamp()
          AND NOT EXISTS (SELECT 1 FROM outbox p
                          WHERE p.state = 'pending' AND p.conversation = o.conversation AND p.id < o.id)
          AND NOT EXISTS (SELECT 1 FROM pace g WHERE g.key = o.channel || ':' || o.target
                          AND g.tat > clock_timestamp() + make_interval(secs => CASE WHEN o.target LIKE '-%'
                              THEN CAST(:group_slack AS float8) ELSE CAST(:chat_slack AS float8) END))
        ORDER BY o.lane, o.id LIMIT (SELECT n FROM allowed) FOR UPDATE SKIP LOCKED),
    claimed AS (
        UPDATE outbox SET lease = :lease,
               lease_until = clock_timestamp() + make_interval(secs => CAST(:lease_seconds AS float8)),
               attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, clock_timestamp()),
               cause = CASE WHEN picked.lost THEN CAST(:lost AS text) ELSE cause END
        FROM picked WHERE outbox.id = picked.id
        RETURNING outbox.id, kind, target, cause LIKE 'perhaps sent%' AS perhaps_sent,
                  CASE WHEN target LIKE '-%' THEN (SELECT new FROM moved_chat m WHERE m.old = target) END AS moved_to,
                  CASE WHEN kind = 'edit' THEN (SELECT CAST(e.result AS json) ->> 'message' FROM outbox e
                      WHERE e.id = CAST(CAST(outbox.body AS json) ->> 'replaces' AS bigint)) END AS edits,
                  body, conversation, address_id, thread_of, attempts, first_tried_at,
                  outbox.created_at, picked.lost,
                  extract(epoch FROM clock_timestamp() - first_tried_at) AS tried_seconds,
                  (SELECT topic FROM staff_topic s WHERE s.address_id = outbox.thread_of) AS topic),
    spent AS (
        INSERT INTO pace AS p (key, tat)
        SELECT key, clock_timestamp() + make_interval(secs => sum(cost))
        FROM (SELECT :channel AS key, CAST(:interval AS float8) AS cost FROM claimed
              UNION ALL
              SELECT :channel || ':' || target, CASE WHEN target LIKE '-%' THEN CAST(:group_interval AS float8)
                                                     ELSE CAST(:chat_interval AS float8) END
              FROM claimed) AS costs
        GROUP BY key ORDER BY key
        ON CONFLICT (key) DO UPDATE
        SET tat = greatest(p.tat, clock_timestamp()) + (excluded.tat - clock_timestamp()))
    SELECT * FROM claimed ORDER BY id
""")
"""One statement, so one round trip: picked by the buckets' state, and the buckets charged for it."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A channel's limits, as GCRA token buckets shared by all workers."""

    per_second: float
    """Over all conversations."""
    burst: int
    chat_interval: float
    """Seconds between messages of one chat, after a short burst."""
    chat_burst: int
    group_interval: float = 4.6
    """Seconds between messages of one group: with the burst, 19 a minute at most."""
    group_burst: int = 6

    @property
    def chat_slack(self) -> float:
        """How far ahead of the clock a chat's bucket may run, in seconds."""
        return self.chat_interval * (self.chat_burst - 1)

    @property
    def group_slack(self) -> float:
        return self.group_interval * (self.group_burst - 1)


async def claim(tx: AsyncConnection, channel: Channel, lease: str, most: int, rate: Rate) -> list[Leased]:
    """The next calls of up to ``most`` conversations that the channel's rate allows now."""
    asked = time.monotonic()
    rows = (
        await tx.execute(
            _CLAIM,
            {
                "channel": channel.value,
                "lease": lease,
                "most": most,
                "burst": float(rate.burst),
                "interval": 1.0 / rate.per_second,
                "lease_seconds": float(LEASE_SECONDS),
                "chat_slack": rate.chat_slack,
                "group_slack": rate.group_slack,
                "chat_interval": rate.chat_interval,
                "group_interval": rate.group_interval,
                "lost": f"{UNKNOWN}: its worker was lost",
            },
        )
    ).all()
    return [_leased(channel, row, lease, asked + LEASE_SECONDS) for row in rows]


async def settle(tx: AsyncConnection, done: Sequence[tuple[Leased, Sent]]) -> None:
    """Calls that took place, in one statement. A lost lease changes nothing."""
    made_topic = [leased.call.kind is CallKind.CREATE_TOPIC for leased, _ in done]
    await tx.execute(
        _SENT,
        {
            "ids": [leased.call.id for leased, _ in done],
            "leases": [leased.lease for leased, _ in done],
            "results": [json.dumps({"message": sent.message_id, "topic": sent.topic_id}) for _, sent in done],
            "topics_of": [
                leased.thread_of if topic else None for topic, (leased, _) in zip(made_topic, done, strict=True)
            ],
            "topics": [sent.topic_id for _, sent in done],
        },
    )


_SENT = text("""
    WITH done AS (
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:leases AS text[]), CAST(:results AS text[]),
                             CAST(:topics_of AS bigint[]), CAST(:topics AS text[]))
                 AS done(id, lease, result, topic_of, topic)),
    named AS (
        UPDATE staff_topic SET topic = done.topic FROM done WHERE staff_topic.address_id = done.topic_of)
    UPDATE outbox SET state = 'sent', settled_at = clock_timestamp(), result = done.result,
           cause = CASE WHEN cause LIKE 'unknown outcome%' THEN cause END
    FROM done WHERE outbox.id = done.id AND outbox.lease = done.lease AND outbox.state = 'pending'
""")


async def fail(tx: AsyncConnection, leased: Leased, state: str, cause: str) -> None:
    """A call that will not be tried again: ``failed``, ``unknown`` or ``held``."""
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == leased.call.id, outbox.c.lease == leased.lease)
        .values(state=state, cause=_words(cause), lease=None, settled_at=text("clock_timestamp()"))
    )


async def retry(tx: AsyncConnection, leased: Leased, cause: str, seconds: float) -> None:
    """A call to be tried again after ``seconds``."""
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == leased.call.id, outbox.c.lease == leased.lease)
        .values(
            cause=case(
                (outbox.c.cause.startswith(UNKNOWN), outbox.c.cause),
                (outbox.c.cause.startswith(PERHAPS), outbox.c.cause),
                else_=_words(cause),
            ),
            lease=None,
            lease_until=text("'-infinity'"),
            due_at=text(f"clock_timestamp() + interval '{seconds:.3f} seconds'"),
        )
    )


async def pause_target(tx: AsyncConnection, call: Call, seconds: float, rate: Rate) -> None:
    """The messenger asked to wait with this chat."""
    slack = rate.group_slack if call.target.startswith("-") else rate.chat_slack
    await tx.execute(_PAUSE, {"id": call.id, "seconds": seconds + slack})


_PAUSE = text("""
    INSERT INTO pace AS p (key, tat)
    SELECT channel || ':' || target, clock_timestamp() + make_interval(secs => CAST(:seconds AS float8))
    FROM outbox WHERE id = :id
    ON CONFLICT (key) DO UPDATE SET tat = greatest(p.tat, excluded.tat)
""")


async def drop_waiting(tx: AsyncConnection, address_id: int, cause: str) -> None:
    """Nothing more can reach this address."""
    await tx.execute(
        update(outbox)
        .where(outbox.c.address_id == address_id, outbox.c.state == "pending", outbox.c.thread_of.is_(None))
        .values(state="failed", cause=_words(cause), settled_at=text("clock_timestamp()"))
    )


async def waiting(tx: AsyncConnection) -> Mapping[str, int]:
    """Pending calls by channel."""
    rows = await tx.execute(
        select(outbox.c.channel, text("count(*)")).where(outbox.c.state == "pending").group_by(outbox.c.channel)
    )
    return {row[0]: row[1] for row in rows}


def _words(cause: str) -> str:
    """A messenger's words as PostgreSQL can keep them: it takes neither NUL nor half a character."""
    return cause.replace("\0", "").encode("utf-8", "replace").decode()[:300]


def _leased(channel: Channel, row: Any, lease: str, until: float) -> Leased:
    call = Call(
        id=row.id,
        channel=channel,
        kind=CallKind(row.kind),
        target=row.moved_to or row.target,
        rendered=RENDERED.validate_json(row.body or '{"text":""}'),
        thread=row.topic,
        edits=row.edits,
        attempt=row.attempts,
    )
    return Leased(
        call,
        row.conversation,
        row.address_id,
        row.thread_of,
        lease,
        row.first_tried_at,
        float(row.tried_seconds),
        row.created_at,
        row.lost,
        until,
        bool(row.perhaps_sent),
    )
