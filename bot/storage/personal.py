"""Personal values: encrypted apart from everything else, found by a keyed hash."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.decision import KeepPersonal
from bot.storage.tables import personal

KEY_VERSION = 1


class Cipher:
    """Encryption and lookup keys, both derived from the operator's secret (HKDF-SHA256, RFC 5869)."""

    def __init__(self, secret: str) -> None:
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(secret, b"personal")))])
        self._lookup = _derive(secret, b"lookup")

    def encrypt(self, value: str) -> bytes:
        return self._fernet.encrypt(value.encode())

    def decrypt(self, ciphertext: bytes) -> str | None:
        """The value; None when it was encrypted with a key we no longer have."""
        try:
            return self._fernet.decrypt(ciphertext).decode()
        except InvalidToken:
            return None

    def lookup(self, kind: str, value: str) -> bytes:
        """A keyed hash to find a value by, without decrypting (HMAC-SHA256)."""
        return hmac.digest(self._lookup, f"{kind}:{value.casefold().strip()}".encode(), "sha256")


async def keep(tx: AsyncConnection, cipher: Cipher, client_id: int, one: KeepPersonal, now: dt.datetime) -> None:
    values = {
        "client_id": client_id,
        "kind": one.kind,
        "ciphertext": cipher.encrypt(one.value),
        "lookup": cipher.lookup(one.kind, one.value),
        "key_version": KEY_VERSION,
        "created_at": now,
    }
    added = insert(personal).values(ref=one.ref, **values)
    await tx.execute(added.on_conflict_do_update(index_elements=[personal.c.ref], set_=values))


async def forget(tx: AsyncConnection, client_id: int, refs: Iterable[str]) -> None:
    await tx.execute(delete(personal).where(personal.c.ref.in_(list(refs)), personal.c.client_id == client_id))


async def reveal(tx: AsyncConnection, cipher: Cipher, client_id: int, refs: Iterable[str]) -> Mapping[str, str]:
    """Values by reference, of one client only; what can't be decrypted is left out."""
    wanted = list(refs)
    if not wanted:
        return {}
    rows = await tx.execute(
        select(personal.c.ref, personal.c.ciphertext).where(
            personal.c.ref.in_(wanted), personal.c.client_id == client_id
        )
    )
    values = ((row.ref, cipher.decrypt(row.ciphertext)) for row in rows)
    return {ref: value for ref, value in values if value is not None}


def _derive(secret: str, purpose: bytes) -> bytes:
    salt = hashlib.sha256(b"otklik").digest()
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(secret.encode())


async def unreadable(tx: AsyncConnection, cipher: Cipher, most: int) -> int:
    """How many of the newest values can't be decrypted with our keys."""
    rows = await tx.execute(select(personal.c.ciphertext).order_by(personal.c.created_at.desc()).limit(most))
    return sum(cipher.decrypt(row.ciphertext) is None for row in rows)
