"""What the desk shows of a client."""

from __future__ import annotations

from sqlalchemy import select, text

from bot.domain.desk_views import ScoreRow
from bot.domain.events import StaffPerson
from bot.storage.personal import Cipher
from bot.storage.session import Tx
from bot.storage.tables import personal, staff

_SCORES = text("""
    SELECT s.value, s.at, e.kind, e.slug, e.comment
    FROM score s JOIN episode e ON e.id = s.episode_id JOIN address a ON a.id = e.address_id
    WHERE a.client_id = :client ORDER BY s.id DESC LIMIT :most
""")
_LAST_WORDS = text("""
    SELECT text FROM message WHERE address_id = :address AND direction = 'in' AND text IS NOT NULL
    ORDER BY id DESC LIMIT 1
""")


async def name(tx: Tx, cipher: Cipher, client_id: int) -> str | None:
    """The name that he gave last."""
    found = (
        select(personal.c.ciphertext)
        .where(personal.c.client_id == client_id, personal.c.kind == "name")
        .order_by(personal.c.created_at.desc())
        .limit(1)
    )
    kept: bytes | None = (await tx.execute(found)).scalar_one_or_none()
    return None if kept is None else cipher.decrypt(kept)


async def scores(tx: Tx, client_id: int, most: int = 5) -> tuple[ScoreRow, ...]:
    rows = await tx.execute(_SCORES, {"client": client_id, "most": most})
    return tuple(ScoreRow(row.value, row.at, row.kind, row.slug, row.comment or "") for row in rows)


async def last_words(tx: Tx, address_id: int) -> str:
    found: str | None = (await tx.execute(_LAST_WORDS, {"address": address_id})).scalar_one_or_none()
    return found or ""


async def colleagues(tx: Tx) -> tuple[StaffPerson, ...]:
    """Everybody who works here, by name."""
    found = await tx.execute(select(staff).where(staff.c.active.is_(True)).order_by(staff.c.name, staff.c.id))
    return tuple(StaffPerson(row.id, row.name, row.team, row.role) for row in found)
