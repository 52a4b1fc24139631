"""Addresses and the state of their dialogs, locked for the length of a turn."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.dialog import Dialog
from bot.domain.errors import ConversationGone
from bot.domain.messages import Channel
from bot.domain.profile import NOBODY, Profile
from bot.storage.tables import address, client, dialog, staff_topic

_DIALOG = TypeAdapter(Dialog)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where to and to whom a conversation speaks."""

    id: int
    client_id: int
    channel: Channel
    external_id: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversation locked by this transaction; ``dialog`` is None at first contact."""

    addressee: Addressee
    dialog: Dialog | None
    free_episode: int
    """A number for the episode that this turn may open: to ask for one then would be another round trip."""
    profile: Profile = NOBODY


FREE_EPISODE = "nextval('episode_id_seq')"
_FOUND = "a.id, a.client_id, a.channel, a.external_id, a.reachable, d.state, p.segment, p.situation"
_OF = "address a JOIN dialog d ON d.address_id = a.id LEFT JOIN profile p ON p.client_id = a.client_id"

_BY_KEY = text(f"""
    SELECT {_FOUND}, {FREE_EPISODE} AS episode FROM {_OF}
    WHERE a.channel = :channel AND a.external_id = :external_id FOR UPDATE OF d
""")
_BY_ID = text(f"""
    SELECT {_FOUND}, {FREE_EPISODE} AS episode FROM {_OF} WHERE a.id = :id FOR UPDATE OF d
""")


async def lock(tx: AsyncConnection, channel: Channel, external_id: str, now: dt.datetime) -> Locked:
    """Lock the conversation of an address; first contact makes it."""
    keys = {"channel": channel.value, "external_id": external_id}
    found = (await tx.execute(_BY_KEY, keys)).first()
    if found is None:
        await _create(tx, channel, external_id, now)
        found = (await tx.execute(_BY_KEY, keys)).one()
    return _locked(found)


async def lock_all(tx: AsyncConnection, keys: Sequence[tuple[Channel, str]], now: dt.datetime) -> list[Locked]:
    """Lock the conversations of several different addresses, in an order that all workers keep to."""
    wanted = sorted(set(keys))
    rows = json.dumps([{"channel": channel, "external_id": external_id} for channel, external_id in wanted])
    found = {(row.channel, row.external_id): _locked(row) for row in await tx.execute(_BY_KEYS, {"keys": rows})}
    return [found.get(key) or await lock(tx, *key, now) for key in keys]


_BY_KEYS = text(f"""
    SELECT x.*, {FREE_EPISODE} AS episode
    FROM json_to_recordset(CAST(:keys AS json)) AS k(channel text, external_id text)
    CROSS JOIN LATERAL (
        SELECT {_FOUND} FROM {_OF}
        WHERE a.channel = k.channel AND a.external_id = k.external_id FOR UPDATE OF d) AS x
""")
"""One after the other, by index: a join would be planned while the tables are small, and kept when they are not."""


async def lock_by_id(tx: AsyncConnection, address_id: int) -> Locked:
    """Lock the conversation of a known address. Raises ConversationGone."""
    found = (await tx.execute(_BY_ID, {"id": address_id})).first()
    if found is None:
        raise ConversationGone
    return _locked(found)


async def find_by_id(tx: AsyncConnection, address_id: int) -> Locked | None:
    """The same of an address that may not exist."""
    found = (await tx.execute(_BY_ID, {"id": address_id})).first()
    return None if found is None else _locked(found)


async def address_of_topic(tx: AsyncConnection, chat: str, topic: str) -> int | None:
    """Whose conversation a forum topic of the staff group is."""
    found = await tx.execute(
        select(staff_topic.c.address_id).where(staff_topic.c.chat == chat, staff_topic.c.topic == topic)
    )
    return found.scalar_one_or_none()


def written(state: Dialog) -> str:
    """A dialog as its row keeps it."""
    return _DIALOG.dump_json(state).decode()


def read(state: str) -> Dialog | None:
    """A dialog out of its row; None before the first turn."""
    return _DIALOG.validate_json(state) if state else None


async def _create(tx: AsyncConnection, channel: Channel, external_id: str, now: dt.datetime) -> None:
    """A client, an address and a dialog, unless another worker has just made them.

    ``DO UPDATE`` would lock the other one's address against the rows that refer to it: a deadlock.
    """
    client_id = (await tx.execute(insert(client).values(created_at=now).returning(client.c.id))).scalar_one()
    added = insert(address).values(client_id=client_id, channel=channel.value, external_id=external_id, created_at=now)
    address_id = (await tx.execute(added.on_conflict_do_nothing().returning(address.c.id))).scalar_one_or_none()
    if address_id is None:
        await tx.execute(delete(client).where(client.c.id == client_id))
        return
    await tx.execute(insert(dialog).values(address_id=address_id, state="", updated_at=now))


def _locked(row: Any) -> Locked:
    who = Addressee(row.id, row.client_id, Channel(row.channel), row.external_id, row.reachable)
    state: str = row.state
    profile = Profile(row.segment or "", row.situation or "")
    return Locked(who, _DIALOG.validate_json(state) if state else None, row.episode, profile)
