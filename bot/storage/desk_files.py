"""Files of conversations, as the desk shows and opens them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from bot.domain.desk_views import FileShown, FileState
from bot.storage.session import Tx

_SHOWN = text("""
    SELECT * FROM (
        SELECT t.id, t.name, t.state, t.created_at, t.team, t.request_id, f.media_type, f.size
        FROM attachment t LEFT JOIN file f ON f.sha256 = t.sha256
        WHERE t.address_id = :address AND (CAST(:request AS bigint) IS NULL OR t.request_id = :request)
        ORDER BY t.id DESC LIMIT :most) AS latest
    ORDER BY id
""")
_ONE = text("""
    SELECT t.address_id, t.name, f.media_type, f.bytes
    FROM attachment t JOIN file f ON f.sha256 = t.sha256
    WHERE t.id = :id AND t.state = 'kept' AND f.bytes IS NOT NULL
""")
_STATES = {"new": FileState.AWAITED, "kept": FileState.FETCHED}


@dataclass(frozen=True, slots=True)
class Content:
    address: int
    name: str
    media_type: str
    data: bytes


async def shown(tx: Tx, address_id: int, request_id: int | None = None, most: int = 50) -> tuple[FileShown, ...]:
    """The latest files of a conversation, or of one of its requests, oldest first."""
    rows = await tx.execute(_SHOWN, {"address": address_id, "request": request_id, "most": most})
    return tuple(
        FileShown(
            row.id,
            row.name,
            row.media_type or "",
            row.size or 0,
            _STATES.get(row.state, FileState.REFUSED),
            row.created_at,
            row.team is not None,
            row.request_id,
        )
        for row in rows
    )


async def content(tx: Tx, attachment_id: int) -> Content | None:
    """A fetched file; None for one that isn't there, any more or yet."""
    row = (await tx.execute(_ONE, {"id": attachment_id})).first()
    return Content(row.address_id, row.name, row.media_type, bytes(row.bytes)) if row else None
