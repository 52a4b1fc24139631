"""Forgetting: what was only needed to handle and deliver, timers that fired, texts that are old enough."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text

from bot.storage.session import Tx

KEPT_DAYS = 14
BATCH = 5000

_INBOX = text("""
    UPDATE inbox SET payload = NULL WHERE id IN (
        SELECT id FROM inbox WHERE payload IS NOT NULL AND state <> 'new' AND received_at < :before LIMIT :most)
""")
_OUTBOX = text("""
    UPDATE outbox SET body = NULL, state = CASE WHEN state = 'pending' THEN 'failed' ELSE state END
    WHERE id IN (SELECT id FROM outbox WHERE body IS NOT NULL AND created_at < :before LIMIT :most)
""")


async def blank_old(tx: Tx, now: dt.datetime) -> int:
    """Blank one batch of payloads and bodies older than 14 days. Returns how many rows were blanked."""
    values = {"before": now - dt.timedelta(days=KEPT_DAYS), "most": BATCH}
    return sum([(await tx.execute(statement, values)).rowcount for statement in (_INBOX, _OUTBOX)])


SETTLED_DAYS = 90

_TEXTS = text("""
    WITH batch AS (SELECT id, text FROM message WHERE id > :after AND at < :before ORDER BY id LIMIT :most),
    blanked AS (UPDATE message SET text = NULL WHERE id IN (SELECT id FROM batch WHERE text IS NOT NULL))
    SELECT max(id) AS last, count(text) AS blanked FROM batch
""")
_TIMERS = text("""
    DELETE FROM timer WHERE id IN (
        SELECT id FROM timer WHERE state <> 'set' AND settled_at < :before LIMIT :most)
""")


async def blank_texts(tx: Tx, before: dt.datetime, after: int) -> tuple[int | None, int]:
    """One batch of messages above the id ``after``. Returns where to go on (None: done) and how many were blanked."""
    row = (await tx.execute(_TEXTS, {"before": before, "after": after, "most": BATCH})).one()
    return row.last, row.blanked


async def drop_timers(tx: Tx, now: dt.datetime) -> int:
    """One batch of timers that fired or were dropped long ago; the terms tell what they told."""
    done = await tx.execute(_TIMERS, {"before": now - dt.timedelta(days=SETTLED_DAYS), "most": BATCH})
    return done.rowcount


_ENDED = tuple(
    text(statement)
    for statement in (
        "DELETE FROM session WHERE coalesce(ended_at, seen_at) < :before",
        "DELETE FROM desk_form WHERE at < :before",
        "DELETE FROM sign_in_link WHERE expires_at < :before",
        "DELETE FROM sign_in_try WHERE greatest(last_at, until) < :before",
    )
)


async def drop_ended(tx: Tx, now: dt.datetime) -> int:
    """Sessions of the desk, its forms, links and failed tries that ended long ago; the audit log tells of them."""
    values = {"before": now - dt.timedelta(days=SETTLED_DAYS)}
    return sum([(await tx.execute(statement, values)).rowcount for statement in _ENDED])
