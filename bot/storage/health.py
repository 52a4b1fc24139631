"""What waits and what went wrong, in numbers."""

from __future__ import annotations

import asyncpg

_TROUBLE = """
    SELECT (SELECT count(*) FROM inbox WHERE state = 'new') AS waiting,
           (SELECT count(*) FROM inbox WHERE state = 'aside') AS aside,
           (SELECT count(*) FROM outbox WHERE state = 'pending' AND channel <> 'page') AS unsent,
           (SELECT count(*) FROM outbox WHERE state = 'failed' AND channel <> 'page') AS failed,
           (SELECT count(*) FROM outbox WHERE state IN ('unknown', 'held')) AS unknown,
           (SELECT count(*) FROM term WHERE stopped_at IS NULL AND reached IN ('alarm', 'supervisor')) AS late
"""


async def trouble(url: str) -> dict[str, int]:
    """Rows by what is wrong with them; see the names in the statement."""
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return dict(await connection.fetchrow(_TROUBLE))
    finally:
        await connection.close()
