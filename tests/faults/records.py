"""What was pushed, and what the database says became of it. A ledger's raw material."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from asyncpg import Record

from bot.domain.messages import Channel
from tests.faults.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Pushed:
    """A client's message: ``client`` is the address in the channel, ``key`` what the channel calls it."""

    channel: Channel
    client: str
    key: str
    text: str
    at: float
    """By the monotonic clock."""

    @property
    def conversation(self) -> str:
        return f"{self.channel.value}:{self.client}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the inbox and, if it was handled as a client's message, of ``message``."""

    channel: Channel
    key: str
    conversation: str
    state: str
    outcome: str
    heard: int | None
    """Id of the message."""
    text: str | None
    address: int | None
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A row of the outbox."""

    id: int
    channel: Channel
    conversation: str
    state: str
    attempts: int
    text: str
    delivered_as: str
    """The messenger's id of the message; empty while it has told none."""
    cause: str
    address: int
    at: dt.datetime


async def read_rows(deployment: Deployment) -> Sequence[Row]:
    """The inbox, in the order of storing."""
    return [_row(found) for found in await deployment.rows(_ROWS)]


async def read_replies(deployment: Deployment) -> Sequence[Reply]:
    """Everything said to clients, in the order of saying."""
    return [_reply(found) for found in await deployment.rows(_REPLIES)]


_ROWS = """
    SELECT i.channel, CASE i.channel WHEN 'vk' THEN i.payload::jsonb ->> 'event_id' ELSE i.external_id END AS key,
           i.conversation, i.state, i.outcome,
           m.id AS heard, m.text, m.address_id, m.at
    FROM inbox i LEFT JOIN message m ON m.inbox_id = i.id ORDER BY i.id
"""
_REPLIES = """
    SELECT id, channel, conversation, state, attempts, body, result, cause, address_id, created_at
    FROM outbox WHERE thread_of IS NULL AND conversation NOT LIKE 'staff:%' ORDER BY id
"""


def _row(found: Record) -> Row:
    return Row(
        channel=Channel(found["channel"]),
        key=found["key"],
        conversation=found["conversation"],
        state=found["state"],
        outcome=found["outcome"] or "",
        heard=found["heard"],
        text=found["text"],
        address=found["address_id"],
        at=found["at"],
    )


def _reply(found: Record) -> Reply:
    return Reply(
        id=found["id"],
        channel=Channel(found["channel"]),
        conversation=found["conversation"],
        state=found["state"],
        attempts=found["attempts"],
        text=json.loads(found["body"])["text"].strip(),
        delivered_as=json.loads(found["result"] or "{}").get("message") or "",
        cause=found["cause"] or "",
        address=found["address_id"],
        at=found["created_at"],
    )
