"""What an operator does about rows that the workers gave up: look, try again, let go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.storage import troubles
from bot.storage.session import Database
from bot.storage.troubles import Troubled

MOST = 200


async def list_updates(db: Database) -> Sequence[Troubled]:
    async with db.begin() as tx:
        return await troubles.aside(tx, MOST)


async def list_calls(db: Database) -> Sequence[Troubled]:
    async with db.begin() as tx:
        return await troubles.calls(tx, MOST)


async def replay_update(db: Database, update_id: int, now: dt.datetime) -> bool:
    """False: it is not set aside, or its payload was blanked."""
    async with db.begin() as tx:
        return await troubles.replay(tx, update_id, now)


async def drop_update(db: Database, update_id: int, now: dt.datetime) -> bool:
    async with db.begin() as tx:
        return await troubles.drop_update(tx, update_id, now)


async def retry_call(db: Database, call_id: int, now: dt.datetime) -> bool:
    """False: it has not failed, or its body was blanked."""
    async with db.begin() as tx:
        return await troubles.retry(tx, call_id, now)


async def drop_call(db: Database, call_id: int, now: dt.datetime) -> bool:
    async with db.begin() as tx:
        return await troubles.drop_call(tx, call_id, now)
