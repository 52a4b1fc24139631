"""Personal values: encrypted apart from everything else, found by a keyed hash."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.decision import KeepPersonal
from bot.storage.tables import personal


class Cipher:
    """Encryption and lookup keys, all derived from the operator's secrets (HKDF-SHA256, RFC 5869).

    The first secret writes; further ones only read, while values are moved from one key to the next.
    """

    def __init__(self, secret: str, also: Sequence[str] = ()) -> None:
        secrets = (secret, *also)
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(one, b"personal"))) for one in secrets])
        self._lookups = [_derive(one, b"lookup") for one in secrets]
        self.version = int.from_bytes(_derive(secret, b"version")[:4]) >> 1
        """Names the key that writes, by its own fingerprint: nobody has to count."""

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
        return self.lookups(kind, value)[0]

    def lookups(self, kind: str, value: str) -> list[bytes]:
        """The hashes under which a value may stand, the writing key's first."""
        told = f"{kind}:{value.casefold().strip()}".encode()
        return [hmac.digest(key, told, "sha256") for key in self._lookups]


async def keep(tx: AsyncConnection, cipher: Cipher, client_id: int, one: KeepPersonal, now: dt.datetime) -> None:
    values = {
        "client_id": client_id,
        "kind": one.kind,
        "ciphertext": cipher.encrypt(one.value),
        "lookup": cipher.lookup(one.kind, one.value),
        "key_version": cipher.version,
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


@dataclass(frozen=True, slots=True)
class Moved:
    """One batch of values moved to the key that writes."""

    done: int
    unreadable: int
    last: str | None
    """Where to go on; None: nothing is left after it."""


async def move(tx: AsyncConnection, cipher: Cipher, after: str, most: int) -> Moved:
    """Encrypt one batch of values anew that another key wrote. Those that can't be read stay as they are."""
    rows = (
        await tx.execute(
            select(personal.c.ref, personal.c.kind, personal.c.ciphertext)
            .where(personal.c.key_version != cipher.version, personal.c.ref > after)
            .order_by(personal.c.ref)
            .limit(most)
            .with_for_update()
        )
    ).all()
    fresh = []
    for row in rows:
        value = cipher.decrypt(row.ciphertext)
        if value is not None:
            fresh.append(
                {
                    "b_ref": row.ref,
                    "ciphertext": cipher.encrypt(value),
                    "lookup": cipher.lookup(row.kind, value),
                    "key_version": cipher.version,
                }
            )
    if fresh:
        await tx.execute(update(personal).where(personal.c.ref == bindparam("b_ref")), fresh)
    return Moved(len(fresh), len(rows) - len(fresh), rows[-1].ref if rows else None)


async def find(tx: AsyncConnection, cipher: Cipher, kind: str, value: str) -> list[int]:
    """Clients who gave this value, whichever key wrote it."""
    found = select(personal.c.client_id).where(
        personal.c.kind == kind, personal.c.lookup.in_(cipher.lookups(kind, value))
    )
    return list((await tx.execute(found.distinct().order_by(personal.c.client_id))).scalars())
