"""Set a password: by a one-time link, or signed in with the present one."""

from __future__ import annotations

from bot.domain import sign_in as rules
from bot.domain.sign_in import Person, Refused, SignInRefused, check_password
from bot.storage import audit, sessions
from bot.storage.passwords import Passwords
from bot.turn import Runtime


async def open_link(runtime: Runtime, token: str) -> Person:
    """Whom a link is for. It stays good: programs that look ahead at links must not spend it. Raises SignInRefused."""
    async with runtime.db.begin() as tx:
        person = await sessions.linked(tx, rules.hashed(token), runtime.clock())
    if person is None:
        raise SignInRefused(Refused.LINK)
    return person


async def set_by_link(runtime: Runtime, passwords: Passwords, token: str, password: str) -> Person:
    """Spend the link; every session of the person ends. Raises SignInRefused, WeakPassword."""
    person = await open_link(runtime, token)
    check_password(password, person.login)
    kept = await passwords.hash(password)
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        if not await sessions.use_link(tx, rules.hashed(token), now):
            raise SignInRefused(Refused.LINK)
        await sessions.set_password(tx, person.id, kept, now)
        await sessions.end_all(tx, person.id, now)
        await sessions.forget_failures(tx, runtime.cipher.lookup("try.login", person.login))
        await audit.write(tx, now, f"staff:{person.id}", "password.set", f"staff:{person.id}")
    return person


async def change_password(runtime: Runtime, passwords: Passwords, person: Person, old: str, new: str) -> None:
    """Every session of the person ends, this one too. Raises SignInRefused, WeakPassword.

    Whoever stole a session must not try passwords here: failures count as at the door.
    """
    key = runtime.cipher.lookup("try.login", person.login)
    async with runtime.db.begin() as tx:
        now = runtime.clock()
        until = await sessions.waits_until(tx, [key], now)
        if until is None:
            await sessions.failed(tx, "login", key, now)
            known = await sessions.account(tx, person.login)
    if until is not None:
        raise SignInRefused(Refused.WAIT, until - now)
    if known is None or not await passwords.fits(known.password, old):
        raise SignInRefused(Refused.WRONG)
    check_password(new, person.login)
    kept = await passwords.hash(new)
    async with runtime.db.begin() as tx:
        now = runtime.clock()
        await sessions.forget_failures(tx, key)
        await sessions.set_password(tx, person.id, kept, now)
        await sessions.end_all(tx, person.id, now)
        await audit.write(tx, now, f"staff:{person.id}", "password.changed", f"staff:{person.id}")
