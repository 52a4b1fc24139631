"""Write what clients get to a folder: to be read, kept, or edited and imported again."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.desk_errors import NotThere
from bot.storage import files, releases, sources, touchpoints
from bot.storage.session import Database
from knowledge_base.write import write_pack


async def export_pack(db: Database, folder: Path, number: int | None = None) -> int:
    """The newest release, or the one named, into a folder that is empty or not there. Returns its number.

    A release that came from a folder is that folder again, byte by byte; of what was changed at the desk since then,
    only the lines of the changed items are others. With the newest goes the register of touchpoints as it stands,
    which no release holds. Raises NotThere for no such release, FileExistsError.
    """
    async with db.begin() as tx:
        newest = await releases.latest(tx)
        wanted = number if number is not None else newest.number if newest else 0
        try:
            pack = await releases.load(tx, wanted)
        except LookupError as error:
            raise NotThere from error
        if number is None:
            pack = pack.model_copy(update={"touchpoints": await touchpoints.as_content(tx)})
        content = {file.sha256: await files.content(tx, file.sha256) or b"" for file in pack.files.values()}
        came_from = await sources.of(tx, wanted)
    await asyncio.to_thread(write_pack, pack, folder, lambda file: content[file.sha256], came_from)
    return wanted
