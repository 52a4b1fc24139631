"""Leases of workers that are gone: free at once, instead of when they end.

A worker's lease begins with its name, and it holds a lock of that name on its connection for notices: killed,
the database lets the lock go. Cut off in silence, the lock stays as long as the connection seems to live, and
its leases simply end.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from bot.storage.session import Tx

LOCKS = 7_154_203
"""First half of the locks' keys; the second is the worker."""

_GONE = text("""
    WITH holders AS (
        SELECT DISTINCT left(lease, 8) AS worker FROM (
            SELECT lease FROM inbox WHERE state = 'new' AND lease_until > clock_timestamp()
            UNION ALL SELECT lease FROM outbox WHERE state = 'pending' AND lease_until > clock_timestamp()
            UNION ALL SELECT lease FROM attachment WHERE state = 'new' AND lease_until > clock_timestamp()) AS held
        WHERE lease ~ '^[0-9a-f]{8}[.]')
    SELECT worker FROM holders
    WHERE NOT EXISTS (
        SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
          AND l.classid::bigint = :locks AND lpad(to_hex(l.objid::bigint), 8, '0') = worker)
""")
_FREE = tuple(
    text(f"""
        UPDATE {table} SET lease_until = '-infinity'
        WHERE state = :state AND lease_until > clock_timestamp() AND left(lease, 8) = ANY (CAST(:workers AS text[]))
    """)
    for table in ("inbox", "outbox", "attachment")
)
_STATES = ("new", "pending", "new")


async def gone(tx: Tx) -> set[str]:
    """Workers that hold leases and no lock."""
    return set((await tx.execute(_GONE, {"locks": LOCKS})).scalars())


async def free(tx: Tx, workers: Collection[str]) -> int:
    """End their leases. Returns how many rows others may take now."""
    freed = 0
    for statement, state in zip(_FREE, _STATES, strict=True):
        freed += (await tx.execute(statement, {"state": state, "workers": sorted(workers)})).rowcount
    return freed
