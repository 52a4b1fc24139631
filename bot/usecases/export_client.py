"""A copy of all that is kept about a client, in plain words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot.domain.client_copy import in_words
from bot.domain.errors import OtklikError
from bot.storage import audit, clients
from bot.storage.personal import Cipher
from bot.storage.session import Database
from knowledge_base.schema import Pack


class NoSuchClient(OtklikError):
    """There is no such client: give channel:address, the number of a request, or a client's number."""


async def export_client(
    db: Database, cipher: Cipher, pack: Pack, key: str, *, actor: str, now: dt.datetime
) -> dict[str, Any]:
    """A document with plain names. The look is audited. Raises NoSuchClient."""
    async with db.begin() as tx:
        client_id = await clients.find(tx, key)
        if client_id is None:
            raise NoSuchClient
        found = await clients.copy(tx, cipher, client_id)
        await audit.write(tx, now, actor, "client.export", f"client:{client_id}")
    return in_words(found, pack)
