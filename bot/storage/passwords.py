"""Passwords: argon2id, as OWASP advises, off the loop."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

AT_ONCE = 2
"""Hashings at a time: each takes 19 MiB and a core for a moment."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """Makes and checks hashes; a missing one takes as long to check as a real one."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(_hasher.hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        async with self._turns:
            return await asyncio.to_thread(_fits, kept, password)


def outdated(kept: str) -> bool:
    """Made with other parameters than today's: to be made anew when its owner signs in."""
    return _hasher.check_needs_rehash(kept)


def _fits(kept: str | None, password: str) -> bool:
    try:
        return _hasher.verify(kept or _nobodys(), password) and kept is not None
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
