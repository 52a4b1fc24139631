"""Rows that several tests of storage need, made the way the program makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, text

from bot.domain.messages import Channel, Received, Rendered
from bot.storage import outbox, tables
from bot.storage.outbox import Leased, Rate
from bot.storage.session import Database
from tests.domain.talk import WEDNESDAY

STAFF_CHAT = "-1001"
FREELY = Rate(per_second=1e6, burst=10**6, chat_interval=0, chat_burst=10**6, group_interval=0, group_burst=10**6)
"""No limit that a test would meet."""


def update(number: int, conversation: str = "telegram:1", **payload: Any) -> Received:
    return Received(Channel.TELEGRAM, str(number), conversation, payload or {"update_id": number})


async def put(
    db: Database, *calls: tuple[str, str | Rendered], channel: Channel = Channel.TELEGRAM, lane: int = 0
) -> None:
    """Calls of (target, message), each target a conversation."""
    rows = [
        {
            "conversation": f"{channel.value}:{target}",
            "channel": channel.value,
            "kind": "message",
            "target": target,
            "lane": lane,
            "body": outbox.body(Rendered(said) if isinstance(said, str) else said),
            "created_at": WEDNESDAY,
        }
        for target, said in calls
    ]
    async with db.begin() as tx:
        await tx.execute(insert(tables.outbox), rows)


async def claim(
    db: Database, most: int = 10, rate: Rate = FREELY, lease: str = "me", channel: Channel = Channel.TELEGRAM
) -> list[Leased]:
    async with db.begin() as tx:
        return await outbox.claim(tx, channel, lease, most, rate)


def words(leased: Sequence[Leased]) -> list[str]:
    return [one.call.rendered.text for one in leased]


async def ask(db: Database, query: str, **params: Any) -> list[Mapping[str, Any]]:
    """Rows of a query, by column."""
    async with db.begin() as tx:
        return [dict(row) for row in (await tx.execute(text(query), params)).mappings()]


async def do(db: Database, *statements: str) -> None:
    """Statements that return nothing."""
    async with db.begin() as tx:
        for statement in statements:
            await tx.execute(text(statement))
