"""Import a pack's folder as the newest release."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from bot.storage import files, releases
from bot.storage.session import Database
from knowledge_base.load import content_of
from knowledge_base.schema import Pack


@dataclass(frozen=True, slots=True)
class Published:
    release: int
    salt: str
    """Tells this database from any other."""


async def publish_pack(db: Database, pack: Pack, folder: Path, now: dt.datetime) -> Published:
    """The release that holds the pack of a folder, its files along with it; several workers may call it at once."""
    async with db.begin() as tx:
        by_hash = {file.sha256: file for file in pack.files.values()}
        for sha256 in sorted(await files.missing(tx, by_hash)):
            file = by_hash[sha256]
            await files.keep(tx, content_of(folder, file), file.media_type, now)
        number = await releases.publish(tx, pack, author="import", reason="imported from files", now=now)
        return Published(number, await releases.birth(tx))
