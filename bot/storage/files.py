"""Files by their content: what the pack gives out and what people send."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import file, file_handle


def hash_of(data: bytes) -> str:
    """What a file is known by."""
    return hashlib.sha256(data).hexdigest()


async def keep(tx: AsyncConnection, data: bytes, media_type: str, now: dt.datetime) -> str:
    """Store a file; the same content is stored once. Returns its hash."""
    sha256 = hash_of(data)
    added = insert(file).values(sha256=sha256, media_type=media_type, size=len(data), bytes=data, created_at=now)
    again = added.on_conflict_do_update(
        index_elements=[file.c.sha256], set_={"bytes": added.excluded.bytes}, where=file.c.bytes.is_(None)
    )
    await tx.execute(again)
    return sha256


async def missing(tx: AsyncConnection, hashes: Iterable[str]) -> set[str]:
    """Those of the hashes whose content is not here."""
    wanted = set(hashes)
    here = await tx.execute(select(file.c.sha256).where(file.c.sha256.in_(wanted), file.c.bytes.is_not(None)))
    return wanted - set(here.scalars())


async def content(tx: AsyncConnection, sha256: str) -> bytes | None:
    """The bytes; None for what is unknown or erased."""
    found = await tx.execute(select(file.c.bytes).where(file.c.sha256 == sha256))
    return found.scalar_one_or_none()


async def handle(tx: AsyncConnection, sha256: str, account: str) -> str:
    """What the messenger calls this file; empty: it has to be uploaded."""
    chosen = select(file_handle.c.handle).where(file_handle.c.sha256 == sha256, file_handle.c.account == account)
    return (await tx.execute(chosen)).scalar_one_or_none() or ""


async def remember_handle(tx: AsyncConnection, sha256: str, account: str, name: str) -> None:
    added = insert(file_handle).values(sha256=sha256, account=account, handle=name)
    await tx.execute(
        added.on_conflict_do_update(index_elements=["sha256", "account"], set_={"handle": added.excluded.handle})
    )


async def forget_handle(tx: AsyncConnection, sha256: str, account: str) -> None:
    await tx.execute(delete(file_handle).where(file_handle.c.sha256 == sha256, file_handle.c.account == account))


_SHOWN = text("""
    SELECT o.body FROM outbox o JOIN address a ON a.id = o.address_id
    WHERE o.id = :id AND o.kind = 'file' AND o.channel = 'page' AND a.channel = 'page'
      AND a.external_id = :visitor AND o.body IS NOT NULL
""")


async def shown_to(tx: AsyncConnection, visitor: str, message: int) -> str | None:
    """The body of a message with a file that this visitor of the page was shown."""
    return (await tx.execute(_SHOWN, {"id": message, "visitor": visitor})).scalar_one_or_none()
