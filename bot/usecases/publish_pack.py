"""Import a pack's folder as the newest release."""

from __future__ import annotations

import datetime as dt

from bot.storage import releases
from bot.storage.session import Database
from knowledge_base.schema import Pack


async def publish_pack(db: Database, pack: Pack, now: dt.datetime) -> int:
    """The number of the release that holds this pack; several workers may call it at once."""
    async with db.begin() as tx:
        return await releases.publish(tx, pack, author="import", reason="imported from files", now=now)
