"""What owners of answers were told of their dates: each mark once, whoever of the workers tells it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.domain.messages import Channel
from bot.domain.reviews import Due
from bot.storage.session import Tx
from bot.storage.tables import address, review_mark, staff

_KEY = (review_mark.c.kind, review_mark.c.slug, review_mark.c.review_by, review_mark.c.mark)


async def untold(tx: Tx, found: Sequence[Due]) -> list[Due]:
    """Those of which nobody was told yet."""
    known = select(*_KEY).where(tuple_(*_KEY).in_([_key(one) for one in found]))
    told = {(row.kind, row.slug, row.review_by, row.mark) for row in await tx.execute(known)}
    return [one for one in found if _key(one) not in told]


async def tell(tx: Tx, found: Sequence[Due], now: dt.datetime) -> list[Due]:
    """In the transaction of what is told. Returns those that no other worker has told meanwhile."""
    rows = [dict(zip(("kind", "slug", "review_by", "mark"), _key(one), strict=True), at=now) for one in sorted(found)]
    added = upsert(review_mark).values(rows).on_conflict_do_nothing().returning(*_KEY)
    mine = {(row.kind, row.slug, row.review_by, row.mark) for row in await tx.execute(added)}
    return [one for one in found if _key(one) in mine]


async def chats(tx: Tx, team: str) -> Sequence[tuple[int, str]]:
    """Address and own chat of everybody of a team who has ever written to the bot."""
    rows = await tx.execute(
        select(address.c.id, address.c.external_id)
        .join(staff, staff.c.telegram_id == address.c.external_id)
        .where(address.c.channel == Channel.TELEGRAM.value, address.c.reachable.is_(True))
        .where(staff.c.active.is_(True), staff.c.team == team)
        .order_by(staff.c.id)
    )
    return [(row.id, row.external_id) for row in rows]


def _key(one: Due) -> tuple[str, str, dt.date, str]:
    return one.kind, one.slug, one.review_by, one.mark.value
