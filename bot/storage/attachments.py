"""Files that people send: waited for, fetched under a lease, and what they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.attachments import LOOSE, DropFiles, FileEffect, FilesOf, KeepFiles, MoveFiles, PlaceFiles
from bot.domain.messages import Channel, FileRef
from bot.storage.dialogs import Addressee
from bot.storage.tables import attachment, file

LEASE_SECONDS = 90
MOST_NAME = 120


@dataclass(frozen=True, slots=True)
class Awaited:
    """A file this worker may fetch until its lease ends."""

    id: int
    address_id: int
    channel: Channel
    team: str
    kind: str
    reference: str
    name: str
    token: str
    attempts: int
    lease: str


async def apply(
    tx: AsyncConnection, who: Addressee, effect: FileEffect, facts: Mapping[str, object], now: dt.datetime
) -> None:
    """Save what was decided about files."""
    of_token = (attachment.c.address_id == who.id, attachment.c.request_id.is_(None), attachment.c.case_id.is_(None))
    match effect:
        case KeepFiles(files, token, team):
            rows = [
                {
                    "address_id": who.id,
                    "channel": (Channel.TELEGRAM if team else who.channel).value,
                    "team": team or None,
                    "kind": one.kind[:40],
                    "reference": one.reference,
                    "name": one.name[:MOST_NAME],
                    "token": token,
                    "created_at": now,
                }
                for one in files
            ]
            await tx.execute(insert(attachment), rows)
        case MoveFiles(old, new):
            chosen = update(attachment).where(*of_token, attachment.c.token == old, attachment.c.team.is_(None))
            await tx.execute(chosen.values(token=new))
        case DropFiles(token):
            await tx.execute(delete(attachment).where(*of_token, attachment.c.token == token))
        case PlaceFiles(token):
            placed = {"request_id": facts.get("request"), "case_id": facts.get("case")}
            await tx.execute(update(attachment).where(*of_token, attachment.c.token == token).values(placed))
        case _:
            assert_never(effect)


async def found(tx: AsyncConnection, query: FilesOf, who: Addressee) -> tuple[FileRef, ...]:
    """Fetched files of a token, not placed yet."""
    rows = await tx.execute(
        select(file.c.sha256, attachment.c.name, file.c.media_type, file.c.size)
        .join(file, file.c.sha256 == attachment.c.sha256)
        .where(
            attachment.c.address_id == who.id,
            attachment.c.token == query.token,
            attachment.c.team.is_(None),
            attachment.c.request_id.is_(None),
            attachment.c.case_id.is_(None),
            attachment.c.state == "kept",
        )
        .order_by(attachment.c.id)
    )
    return tuple(FileRef(row.sha256, row.name, row.media_type, row.size) for row in rows)


async def of_request(tx: AsyncConnection, request_id: int) -> Sequence[tuple[int, FileRef]]:
    """What a client sent with a request: the attachment's id, and the file."""
    rows = await tx.execute(
        select(attachment.c.id, file.c.sha256, attachment.c.name, file.c.media_type, file.c.size)
        .join(file, file.c.sha256 == attachment.c.sha256)
        .where(attachment.c.request_id == request_id, attachment.c.state == "kept")
        .order_by(attachment.c.id)
    )
    return [(row.id, FileRef(row.sha256, row.name, row.media_type, row.size)) for row in rows]


_CLAIM = text("""
    UPDATE attachment SET lease_until = clock_timestamp() + make_interval(secs => CAST(:seconds AS float8)),
           lease = :lease, attempts = attempts + 1
    WHERE id IN (SELECT id FROM attachment
                 WHERE state = 'new' AND lease_until < clock_timestamp() AND channel = ANY (CAST(:channels AS text[]))
                 ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id, address_id, channel, team, kind, reference, name, token, attempts
""")


async def claim(tx: AsyncConnection, lease: str, most: int, channels: Sequence[Channel]) -> list[Awaited]:
    """Files to be fetched, oldest first."""
    values = {"lease": lease, "most": most, "seconds": LEASE_SECONDS, "channels": [c.value for c in channels]}
    rows = await tx.execute(_CLAIM, values)
    return sorted(
        (
            Awaited(
                row.id,
                row.address_id,
                Channel(row.channel),
                row.team or "",
                row.kind,
                row.reference or "",
                row.name,
                row.token,
                row.attempts,
                lease,
            )
            for row in rows
        ),
        key=lambda one: one.id,
    )


async def token_now(tx: AsyncConnection, awaited: Awaited) -> str:
    """The token that the file has by now: it may have moved into a form since it was claimed."""
    chosen = select(attachment.c.token).where(attachment.c.id == awaited.id)
    return (await tx.execute(chosen)).scalar_one_or_none() or LOOSE


async def settle(
    tx: AsyncConnection,
    awaited: Awaited,
    now: dt.datetime,
    *,
    sha256: str | None = None,
    name: str = "",
    cause: str = "",
) -> bool:
    """Mark a file kept or refused; where it can be fetched is forgotten. False: dropped, or not ours any more."""
    done = await tx.execute(
        update(attachment)
        .where(attachment.c.id == awaited.id, attachment.c.lease == awaited.lease, attachment.c.state == "new")
        .values(
            state="kept" if sha256 else "refused",
            sha256=sha256,
            name=(name or awaited.name)[:MOST_NAME],
            cause=cause or None,
            reference=None,
            settled_at=now,
        )
    )
    return done.rowcount == 1


async def retry(tx: AsyncConnection, awaited: Awaited, cause: str, seconds: float) -> None:
    """Try again after ``seconds``."""
    await tx.execute(
        update(attachment)
        .where(attachment.c.id == awaited.id, attachment.c.lease == awaited.lease)
        .values(
            cause=cause[:200], lease=None, lease_until=text(f"clock_timestamp() + interval '{seconds:.3f} seconds'")
        )
    )
