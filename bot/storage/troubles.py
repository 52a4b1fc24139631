"""Rows that wait for an operator: updates set aside, calls that failed or may have been made. No words, no names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from bot.domain.messages import Channel
from bot.storage import audit
from bot.storage.session import Tx

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Troubled:
    id: int
    channel: Channel
    state: str
    at: dt.datetime
    attempts: int
    cause: str
    whole: bool
    """What it was made of is still kept: it can be tried again."""


_ASIDE = text("""
    SELECT id, channel, state, received_at AS at, attempts, coalesce(outcome, '') AS cause,
           payload IS NOT NULL AS whole
    FROM inbox WHERE state = 'aside' ORDER BY id LIMIT :most
""")
_CALLS = text("""
    SELECT id, channel, state, created_at AS at, attempts, coalesce(cause, '') AS cause, body IS NOT NULL AS whole
    FROM outbox
    WHERE channel <> 'page' AND (state IN ('failed', 'unknown', 'held') OR state = 'pending' AND attempts > 0)
    ORDER BY id DESC LIMIT :most
""")


async def aside(tx: Tx, most: int) -> Sequence[Troubled]:
    """Updates set aside, the oldest first."""
    return [_troubled(row) for row in (await tx.execute(_ASIDE, {"most": most})).mappings()]


async def calls(tx: Tx, most: int) -> Sequence[Troubled]:
    """Calls to messengers that failed, may have been made, or are being repeated; the newest first."""
    return [_troubled(row) for row in (await tx.execute(_CALLS, {"most": most})).mappings()]


_REPLAY = text("""
    UPDATE inbox SET state = 'new', attempts = 0, lease = NULL, lease_until = '-infinity', outcome = NULL,
           handled_at = NULL
    WHERE id = :id AND state = 'aside' AND payload IS NOT NULL RETURNING id
""")
_DROP_UPDATE = text(
    "UPDATE inbox SET state = 'done', outcome = 'dropped' WHERE id = :id AND state = 'aside' RETURNING id"
)
_RETRY = text("""
    UPDATE outbox SET state = 'pending', attempts = 0, lease = NULL, lease_until = '-infinity',
           due_at = '-infinity', first_tried_at = NULL, settled_at = NULL, cause = NULL
    WHERE id = :id AND state IN ('failed', 'unknown', 'held') AND body IS NOT NULL RETURNING id
""")
_DROP_CALL = text("""
    UPDATE outbox SET state = 'dropped', lease = NULL, settled_at = coalesce(settled_at, :now)
    WHERE id = :id AND state IN ('failed', 'unknown', 'held', 'pending')
      AND lease_until < clock_timestamp() RETURNING id
""")


async def replay(tx: Tx, update_id: int, now: dt.datetime) -> bool:
    """Give an update back to the workers. False: it is not set aside, or what it was is no longer kept."""
    return await _done(tx, _REPLAY, "inbox.replay", f"inbox:{update_id}", {"id": update_id}, now)


async def drop_update(tx: Tx, update_id: int, now: dt.datetime) -> bool:
    """Leave an update as it is; nobody is asked about it again."""
    return await _done(tx, _DROP_UPDATE, "inbox.drop", f"inbox:{update_id}", {"id": update_id}, now)


async def retry(tx: Tx, call_id: int, now: dt.datetime) -> bool:
    """Make a call again. False: it did not fail, or what it said is no longer kept."""
    return await _done(tx, _RETRY, "outbox.retry", f"outbox:{call_id}", {"id": call_id}, now)


async def drop_call(tx: Tx, call_id: int, now: dt.datetime) -> bool:
    """Never make a call; one that is being made at this moment can't be dropped."""
    return await _done(tx, _DROP_CALL, "outbox.drop", f"outbox:{call_id}", {"id": call_id, "now": now}, now)


async def _done(tx: Tx, statement: object, verb: str, what: str, values: dict[str, object], now: dt.datetime) -> bool:
    found = (await tx.execute(statement, values)).first()  # type: ignore[call-overload]
    if found is None:
        return False
    await audit.write(tx, now, OPERATOR, verb, what)
    return True


def _troubled(row: object) -> Troubled:
    values = dict(row)  # type: ignore[call-overload]
    return Troubled(**{**values, "channel": Channel(values["channel"])})
