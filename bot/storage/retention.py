"""Forgetting what was only needed to handle and deliver: raw updates and bodies of calls."""

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
