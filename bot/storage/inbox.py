"""Raw updates: stored before they are acknowledged, handled in order a conversation."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.messages import Channel, Received
from bot.storage.tables import inbox, receiver

MOST_ATTEMPTS = 5
LEASE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Claimed:
    """An update this worker may handle until its lease ends."""

    id: int
    channel: Channel
    conversation: str
    payload: Mapping[str, Any]
    attempts: int
    lease: str
    received_at: dt.datetime


async def store(tx: AsyncConnection, rows: Sequence[Received], now: dt.datetime) -> int:
    """Keep raw updates; those stored before are dropped. Returns how many are new."""
    if not rows:
        return 0
    unique = {(row.channel, row.external_id): row for row in rows}.values()
    added = await tx.execute(
        _STORE,
        {
            "channels": [row.channel.value for row in unique],
            "external_ids": [row.external_id[:200] for row in unique],
            "conversations": [row.conversation[:200] for row in unique],
            "payloads": [json.dumps(row.payload) for row in unique],
            "now": now,
        },
    )
    return len(added.all())


_STORE = text("""
    INSERT INTO inbox (channel, external_id, conversation, payload, received_at)
    SELECT channel, external_id, conversation, payload, CAST(:now AS timestamptz)
    FROM unnest(CAST(:channels AS text[]), CAST(:external_ids AS text[]), CAST(:conversations AS text[]),
                CAST(:payloads AS text[]))
         WITH ORDINALITY AS came(channel, external_id, conversation, payload, n)
    ORDER BY n
    ON CONFLICT DO NOTHING RETURNING id
""")


_CLAIM = text("""
    UPDATE inbox SET lease_until = clock_timestamp() + make_interval(secs => :lease_seconds),
           lease = :lease, attempts = attempts + 1
    WHERE (SELECT set_config('synchronous_commit', 'off', true)) = 'off' AND id IN (
        SELECT i.id FROM inbox i
        WHERE i.state = 'new' AND i.lease_until < clock_timestamp()
          AND NOT EXISTS (SELECT 1 FROM inbox p
                          WHERE p.state = 'new' AND p.conversation = i.conversation AND p.id < i.id)
        ORDER BY i.id LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id, channel, conversation, payload, attempts, received_at
""")


async def claim(tx: AsyncConnection, lease: str, most: int) -> list[Claimed]:
    """The oldest unhandled update of up to ``most`` conversations, oldest first.

    A claim waits for no disk: lost in a crash of the database, it is as if it had ended, and whoever held
    it can't commit.
    """
    rows = await tx.execute(_CLAIM, {"lease": lease, "most": most, "lease_seconds": float(LEASE_SECONDS)})
    found = [
        Claimed(
            row.id,
            Channel(row.channel),
            row.conversation,
            json.loads(row.payload or "{}"),
            row.attempts,
            lease,
            row.received_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.id)


async def begin_alone(tx: AsyncConnection, claimed: Claimed) -> int | None:
    """Note, before anything is done, that an update is handled by itself: the how manieth time; None: claim lost."""
    begun = await tx.execute(_BEGIN_ALONE, {"id": claimed.id, "lease": claimed.lease})
    return begun.scalar_one_or_none()


_BEGIN_ALONE = text("""
    UPDATE inbox SET alone = alone + 1 WHERE id = :id AND lease = :lease AND state = 'new' RETURNING alone
""")

_SETTLE = text("""
    UPDATE inbox SET state = :state, outcome = :outcome, handled_at = :now
    WHERE id = :id AND lease = :lease AND state = 'new' RETURNING id
""")


async def settle(tx: AsyncConnection, claimed: Claimed, outcome: str, now: dt.datetime, *, state: str = "done") -> bool:
    """Mark an update handled, in the transaction of what it caused. False: the claim was lost."""
    done = await tx.execute(
        _SETTLE, {"id": claimed.id, "lease": claimed.lease, "state": state, "outcome": outcome[:200], "now": now}
    )
    return done.first() is not None


async def retry_later(
    tx: AsyncConnection, claimed: Claimed, cause: str, seconds: float, *, to_blame: bool = True
) -> None:
    """Give an update back after a failure; it is tried again after ``seconds``.

    ``to_blame=False``: the attempt does not count.
    """
    await tx.execute(
        update(inbox)
        .where(inbox.c.id == claimed.id, inbox.c.lease == claimed.lease, inbox.c.state == "new")
        .values(
            outcome=cause[:200],
            lease_until=text(f"clock_timestamp() + interval '{seconds:.3f} seconds'"),
            attempts=claimed.attempts if to_blame else claimed.attempts - 1,
            alone=0,  # its worker lives
        )
    )


async def position(tx: AsyncConnection, channel: Channel) -> str | None:
    """Where an ingress left off."""
    found = await tx.execute(select(receiver.c.position).where(receiver.c.channel == channel.value))
    return found.scalar_one_or_none()


async def set_position(tx: AsyncConnection, channel: Channel, value: str) -> None:
    added = insert(receiver).values(channel=channel.value, position=value)
    await tx.execute(added.on_conflict_do_update(index_elements=[receiver.c.channel], set_={"position": value}))


async def forget_position(tx: AsyncConnection, channel: Channel) -> None:
    """Begin anew next time."""
    await tx.execute(delete(receiver).where(receiver.c.channel == channel.value))
