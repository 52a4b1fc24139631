"""What differs between two releases, or between one and a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.domain.desk_errors import NotThere
from bot.storage import releases
from bot.storage.session import Database, Tx
from knowledge_base import stored
from knowledge_base.compare import Difference, compare
from knowledge_base.schema import Pack
from knowledge_base.stored import Bodies

Side = Pack | int | None
"""A folder's pack, the number of a release, or what clients get."""


async def compare_releases(db: Database, before: Side, after: Side) -> Sequence[Difference]:
    """By kind and slug. Raises NotThere for no such release."""
    async with db.begin() as tx:
        old, new = await _bodies(tx, before), await _bodies(tx, after)
    return await asyncio.to_thread(compare, old, new)


async def _bodies(tx: Tx, side: Side) -> Bodies:
    if isinstance(side, Pack):
        return stored.bodies_of(side)
    newest = await releases.latest(tx)
    number = side if side is not None else newest.number if newest else 0
    try:
        await releases.version_of(tx, number)
    except LookupError as error:
        raise NotThere from error
    return await releases.content(tx, number)
