"""A page visitor's conversation, both sides in one order. The page is pulled: saving is sending."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.messages import Channel, Opened, Rendered
from bot.storage.outbox import RENDERED

_SIDES = """
    SELECT m.id, m.at, m.text, NULL AS body, split_part(i.external_id, ':', 2) AS key,
           true AS own
    FROM address a JOIN message m ON m.address_id = a.id AND m.direction = 'in'
    JOIN inbox i ON i.id = m.inbox_id
    WHERE a.channel = :channel AND a.external_id = :visitor AND m.id > :after
    UNION ALL
    SELECT o.id, o.created_at, NULL, o.body, NULL, false
    FROM address a JOIN outbox o ON o.address_id = a.id AND o.channel = :channel
    WHERE a.channel = :channel AND a.external_id = :visitor AND o.id > :after AND o.body IS NOT NULL
    UNION ALL
    SELECT m.id, m.at, m.text, NULL, NULL, false
    FROM address a JOIN message m ON m.address_id = a.id AND m.direction = 'out' AND m.text IS NOT NULL
    WHERE a.channel = :channel AND a.external_id = :visitor AND m.id > :after
      AND m.at < coalesce((SELECT o.created_at FROM outbox o
                           WHERE o.address_id = a.id AND o.channel = :channel AND o.body IS NOT NULL
                           ORDER BY o.id LIMIT 1), 'infinity')
"""
"""The calls say it with their buttons; once they are blanked, the messages tell what was said."""
_NEXT = text(f"SELECT * FROM ({_SIDES}) AS sides ORDER BY id LIMIT :most")
_LAST = text(f"SELECT * FROM (SELECT * FROM ({_SIDES}) AS sides ORDER BY id DESC LIMIT :most) AS last ORDER BY id")


async def history(tx: AsyncConnection, visitor: str, after: int, most: int) -> list[Opened]:
    """Messages with an id above ``after``: the oldest ones, or with ``after`` 0 the newest, ids ascending."""
    rows = await tx.execute(
        _NEXT if after else _LAST, {"channel": Channel.PAGE.value, "visitor": visitor, "after": after, "most": most}
    )
    return [
        Opened(row.id, row.at, RENDERED.validate_json(row.body))
        if row.body is not None
        else Opened(row.id, row.at, Rendered(row.text or ""), own=row.own, key=row.key or "")
        for row in rows
    ]


_ACKNOWLEDGE = text("""
    UPDATE outbox SET state = 'sent', settled_at = clock_timestamp()
    WHERE channel = :channel AND state = 'pending' AND id <= :upto
      AND address_id = (SELECT id FROM address WHERE channel = :channel AND external_id = :visitor)
""")


async def acknowledge(tx: AsyncConnection, visitor: str, upto: int) -> None:
    """The browser has shown everything up to this id."""
    await tx.execute(_ACKNOWLEDGE, {"channel": Channel.PAGE.value, "visitor": visitor, "upto": upto})
