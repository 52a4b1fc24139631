"""Erase a client: what he wrote and what names him goes, counts and facts stay, his next word is a first contact."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import OtklikError
from bot.storage import audit, clients
from bot.storage.session import Database, Tx
from bot.turn import Runtime

log = logging.getLogger(__name__)

SETTLES = dt.timedelta(seconds=10)
"""After a client's own wish: the confirmation is to reach him before his address is forgotten."""
PATIENCE = dt.timedelta(hours=1)
"""Then he is erased though the confirmation could not be delivered."""
BATCH = 20


class StillOwed(OtklikError):
    """A person still owes this client an answer."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(f"A person owes this client an answer until {until:%Y-%m-%d %H:%M} UTC")
        self.until = until


class NobodyToErase(OtklikError):
    """There is no such client: give channel:address, the number of a request, or a client's number."""


@dataclass(frozen=True, slots=True)
class Erased:
    client: int
    topics: Sequence[str]
    """Topics of the staff group that hold his words: Telegram keeps them until somebody deletes them there."""


async def erase_client(db: Database, key: str, *, actor: str, now: dt.datetime) -> Erased:
    """At once. Raises NobodyToErase, and StillOwed while a case is open."""
    async with db.begin() as tx:
        client_id = await clients.find(tx, key)
        if client_id is None:
            raise NobodyToErase
        return await _erase(tx, client_id, actor, now)


async def erase_when_closed(db: Database, key: str, *, actor: str, now: dt.datetime) -> int:
    """Remember the wish: the workers do it once nothing is owed. Returns the client's number."""
    async with db.begin() as tx:
        client_id = await clients.find(tx, key)
        if client_id is None:
            raise NobodyToErase
        await clients.wish(tx, client_id, actor, now)
        await audit.write(tx, now, actor, "client.erase_later", f"client:{client_id}")
    return client_id


async def erase_wished(runtime: Runtime) -> int:
    """Fulfil wishes whose time has come. Returns how many; one that fails is tried by the next tick."""
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        wished = await clients.due(tx, now - SETTLES, now - PATIENCE, BATCH)
    return sum([await _fulfil(runtime, client_id, actor) for client_id, actor in wished])


async def _fulfil(runtime: Runtime, client_id: int, actor: str) -> bool:
    try:
        async with runtime.db.begin() as tx:
            await _erase(tx, client_id, actor, runtime.clock())
    except StillOwed:
        return False
    except Exception:
        log.exception(
            "client %d could not be erased, the next tick tries again", client_id, extra={"client": client_id}
        )
        return False
    return True


async def _erase(tx: Tx, client_id: int, actor: str, now: dt.datetime) -> Erased:
    until = await clients.owed_until(tx, client_id)
    if until is not None:
        raise StillOwed(until)
    topics = await clients.erase(tx, client_id, now)
    await audit.write(tx, now, actor, "client.erase", f"client:{client_id}")
    return Erased(client_id, topics)
