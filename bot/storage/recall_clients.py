"""The clients of a correction: each told once, and no more once it is stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text, update

from bot.domain.activities.correcting import OUTCOME
from bot.domain.messages import Channel
from bot.domain.recalls import Reach, State, Told
from bot.storage.groups import LAST
from bot.storage.moderation_tables import recall, recall_client
from bot.storage.session import Tx

_PULLED = Channel.PAGE.value
"""Where saving is sending: what was saved there has been sent."""


@dataclass(frozen=True, slots=True)
class Waiting:
    recall: int
    client: int
    address: int


async def waiting(tx: Tx, number: int, most: int) -> list[Waiting]:
    """Clients of a correction who were not told yet."""
    mine = select(recall_client).where(recall_client.c.recall_id == number, recall_client.c.state == Told.WAITING.value)
    rows = await tx.execute(mine.order_by(recall_client.c.client_id).limit(most))
    return [Waiting(row.recall_id, row.client_id, row.address_id) for row in rows]


async def settle(tx: Tx, one: Waiting, told: Told, now: dt.datetime) -> bool:
    """Mark one, in the transaction of the message. False: another worker did, or it was stopped."""
    going = select(recall.c.id).where(recall.c.id == one.recall, recall.c.state == State.SENDING.value)
    if (await tx.execute(going.with_for_update(read=True))).first() is None:
        return False
    mine = update(recall_client).where(
        recall_client.c.recall_id == one.recall,
        recall_client.c.client_id == one.client,
        recall_client.c.state == Told.WAITING.value,
    )
    done = mine.values(state=told.value, at=now).returning(recall_client.c.client_id)
    return (await tx.execute(done)).first() is not None


_NOTE = text("""
    UPDATE recall_client SET message_id = (
        SELECT max(id) FROM message WHERE address_id = :address AND direction = 'out' AND outcome = :outcome)
    WHERE recall_id = :recall AND client_id = :client
""")


async def note_message(tx: Tx, one: Waiting) -> None:
    """Which message told him, after it was saved in the same transaction."""
    found = {"address": one.address, "outcome": OUTCOME, "recall": one.recall, "client": one.client}
    await tx.execute(_NOTE, found)


_ON_THEIR_WAY = text("""
    SELECT count(*) FROM outbox WHERE state = 'pending' AND lane = :lane AND channel <> :pulled
""")


async def on_their_way(tx: Tx) -> int:
    """Calls without hurry that wait for a messenger."""
    found: int = (await tx.execute(_ON_THEIR_WAY, {"lane": LAST, "pulled": _PULLED})).scalar_one()
    return found


_TAKE_BACK = text("""
    WITH dropped AS (
        UPDATE outbox o SET state = 'dropped', cause = 'stopped', settled_at = :now
        FROM recall_client c JOIN recall r ON r.id = c.recall_id
        WHERE o.state = 'pending' AND o.lane = :lane AND o.channel <> :pulled
          AND (o.lease IS NULL OR o.lease_until < clock_timestamp())
          AND c.message_id = o.message_id AND r.state = 'stopped'
        RETURNING o.message_id)
    UPDATE recall_client SET state = 'stopped' WHERE message_id IN (SELECT message_id FROM dropped)
""")
"""A call that a worker is making just now is not taken back; one whose worker was lost is, once that is known."""
_LEAVE = text("UPDATE recall_client SET state = 'stopped' WHERE recall_id = :recall AND state = 'waiting'")


async def leave(tx: Tx, number: int) -> None:
    """Nobody else of a correction is told."""
    await tx.execute(_LEAVE, {"recall": number})


async def take_back(tx: Tx, now: dt.datetime) -> None:
    """Whatever of stopped corrections still waits for a messenger is not sent."""
    await tx.execute(_TAKE_BACK, {"lane": LAST, "pulled": _PULLED, "now": now})


_REACH = text("""
    SELECT c.recall_id, c.state, coalesce(a.channel, '') AS channel, coalesce(o.state, '') AS call, count(*) AS n
    FROM recall_client c LEFT JOIN address a ON a.id = c.address_id
    LEFT JOIN LATERAL (SELECT state FROM outbox WHERE message_id = c.message_id ORDER BY id LIMIT 1) o ON true
    WHERE c.recall_id = ANY (CAST(:recalls AS bigint[])) GROUP BY 1, 2, 3, 4
""")


async def reached(tx: Tx, numbers: Sequence[int]) -> dict[int, Reach]:
    """How far corrections have come."""
    found: dict[int, dict[tuple[Told, str, str], int]] = {number: {} for number in numbers}
    for row in await tx.execute(_REACH, {"recalls": list(numbers)}):
        found[row.recall_id][Told(row.state), row.channel, row.call] = row.n
    return dict(found)
