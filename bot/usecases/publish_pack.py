"""Import a pack's folder as the newest release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.storage import releases
from bot.storage.session import Database
from knowledge_base.schema import Pack


@dataclass(frozen=True, slots=True)
class Published:
    release: int
    salt: str
    """Tells this database from any other."""


async def publish_pack(db: Database, pack: Pack, now: dt.datetime) -> Published:
    """The release that holds this pack; several workers may call it at once."""
    async with db.begin() as tx:
        number = await releases.publish(tx, pack, author="import", reason="imported from files", now=now)
        return Published(number, await releases.birth(tx))
