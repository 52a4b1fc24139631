"""Whether this worker can serve, and the numbers of its database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.storage import health, migrate
from bot.telling import told
from bot.turn import Runtime

FINE = "ok"
PATIENCE_SECONDS = 3.0


async def look_at_health(runtime: Runtime) -> Mapping[str, str]:
    """What each part says; ``ok`` where nothing is wrong. No part tells anything that is not for the public."""
    database, migrations = await _database(runtime)
    still = runtime.pulse.still()
    ingress = [name for name in still if name.startswith("ingress")]
    pumps = [name for name in still if name not in ingress]
    return {
        "database": database,
        "migrations": migrations,
        "content": FINE if runtime.shelf.content.pack.templates else "empty",
        "pumps": f"stand still: {', '.join(pumps)}" if pumps else FINE,
        "ingress": f"stands still: {', '.join(ingress)}" if ingress else FINE,
    }


async def count_rows(runtime: Runtime) -> health.Numbers:
    """What waits and what went wrong; nothing when the database does not answer."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), runtime.db.begin() as tx:
            return await health.numbers(tx, runtime.clock())
    except Exception:  # noqa: BLE001 - the worker's own numbers are told without the database
        return health.Numbers()


async def _database(runtime: Runtime) -> tuple[str, str]:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), runtime.db.once() as tx:
            current = await health.revision(tx)
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer says so
        return f"does not answer ({told(error).split(' ')[0].rstrip(':')})", "not known"
    head = migrate.head()
    return FINE, FINE if current == head else f"at {current}, the code wants {head}"
