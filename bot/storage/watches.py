"""Who is to be told when a need that could not be met can be."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from bot.storage.session import Tx
from bot.storage.tables import watch


async def met(tx: Tx, slugs: Collection[str], most: int) -> list[tuple[int, str]]:
    """Up to ``most`` wishes (address, slug) for these slugs, the oldest first."""
    found = select(watch.c.address_id, watch.c.slug).where(watch.c.slug.in_(slugs)).order_by(watch.c.at).limit(most)
    return [(row.address_id, row.slug) for row in await tx.execute(found)]


async def settle(tx: Tx, address_id: int, slug: str) -> bool:
    """Drop a wish, in the transaction of the message that fulfils it. False: another worker did."""
    gone = delete(watch).where(watch.c.address_id == address_id, watch.c.slug == slug).returning(watch.c.slug)
    return (await tx.execute(gone)).first() is not None
