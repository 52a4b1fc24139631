"""What waits and what went wrong, in numbers: for the doctor and for the metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.outbox import UNKNOWN
from bot.storage.retention import KEPT_DAYS

Counts = Mapping[tuple[str, str], float]
"""By what is counted and channel; the channel is empty where there is none."""

_NUMBERS = text("""
    SELECT 'inbox.waiting' AS what, channel, count(*) AS n, min(received_at) AS since
    FROM inbox WHERE state = 'new' GROUP BY channel
    UNION ALL
    SELECT 'inbox.aside', channel, count(*), NULL FROM inbox WHERE state = 'aside' GROUP BY channel
    UNION ALL
    SELECT 'outbox.waiting', channel, count(*), min(created_at)
    FROM outbox WHERE state = 'pending' AND channel <> 'page' GROUP BY channel
    UNION ALL
    SELECT 'outbox.' || state, channel, count(*), NULL
    FROM outbox WHERE state IN ('failed', 'unknown', 'held') AND channel <> 'page' GROUP BY state, channel
    UNION ALL
    SELECT 'outbox.repeated', channel, count(*), NULL
    FROM outbox WHERE state = 'sent' AND cause IS NOT NULL AND cause LIKE :unknown GROUP BY channel
    UNION ALL
    SELECT 'term.running', '', count(*), NULL FROM term WHERE stopped_at IS NULL
    UNION ALL
    SELECT 'term.late', '', count(*), NULL FROM term WHERE stopped_at IS NULL AND due_at < :now
    UNION ALL
    SELECT 'term.missed', '', count(*), NULL
    FROM term WHERE reached IN ('alarm', 'supervisor') OR stopped_at > due_at
    UNION ALL
    SELECT 'timer.overdue', '', count(*), min(fire_at)
    FROM timer WHERE state = 'set' AND fire_at < CAST(:now AS timestamptz) - interval '1 minute'
    UNION ALL
    SELECT 'retention.overdue', '', count(*), NULL FROM (
        (SELECT 1 FROM inbox WHERE payload IS NOT NULL AND state <> 'new' AND received_at < :overdue LIMIT 1000)
        UNION ALL (SELECT 1 FROM outbox WHERE body IS NOT NULL AND created_at < :overdue LIMIT 1000)) AS old
""")
"""Those set aside, failed and repeated are few, and found by partial indexes."""


@dataclass(frozen=True, slots=True)
class Numbers:
    rows: Counts = field(default_factory=dict)
    ages: Counts = field(default_factory=dict)
    """Seconds since the oldest of a queue's rows came."""

    def of(self, what: str) -> int:
        """Over all channels."""
        return int(sum(n for (name, _), n in self.rows.items() if name == what))

    def age(self, what: str) -> float:
        return max((seconds for (name, _), seconds in self.ages.items() if name == what), default=0.0)


_ENGINES = text("""
    SELECT engine, count(*) AS n
    FROM (SELECT engine FROM message WHERE engine IS NOT NULL ORDER BY id DESC LIMIT 200) AS lately GROUP BY engine
""")


async def engines(tx: AsyncConnection) -> Mapping[str, int]:
    """How many of the last 200 messages that were understood each engine read."""
    return {row.engine: row.n for row in await tx.execute(_ENGINES)}


async def numbers(tx: AsyncConnection, now: dt.datetime) -> Numbers:
    """All of them, as of ``now``."""
    overdue = now - dt.timedelta(days=KEPT_DAYS + 1)
    found = (await tx.execute(_NUMBERS, {"now": now, "overdue": overdue, "unknown": f"{UNKNOWN}%"})).all()
    return Numbers(
        {(row.what, row.channel): float(row.n) for row in found},
        {(row.what, row.channel): max(0.0, (now - row.since).total_seconds()) for row in found if row.since},
    )


_REVISION = text("SELECT version_num FROM alembic_version")


async def revision(tx: AsyncConnection) -> str:
    """The migration that the database is at."""
    return str((await tx.execute(_REVISION)).scalar_one())


_CLOCK = text("SELECT clock_timestamp()")


async def clock(tx: AsyncConnection) -> dt.datetime:
    """The database's clock, to compare with ours."""
    found: dt.datetime = (await tx.execute(_CLOCK)).scalar_one()
    return found
