"""Sign in at the desk with login and password, stay signed in, sign out."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from bot import metrics
from bot.domain import sign_in as rules
from bot.domain.sign_in import Person, Refused, SignInRefused
from bot.storage import audit, sessions
from bot.storage.passwords import Passwords, outdated
from bot.turn import Runtime

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Signed:
    """Signed in: ``token`` is for the browser alone."""

    person: Person
    token: str


async def sign_in(
    runtime: Runtime, passwords: Passwords, login: str, password: str, address: str, before: str | None = None
) -> Signed:
    """A new session; the one ``before``, if the browser had one, ends. Raises SignInRefused.

    A try is counted before the password is looked at, so that a thousand tries at once are no way round the
    wait; an unknown login takes the same time and gets the same answer as a wrong password.
    """
    login = rules.clean_login(login)
    keys = {
        kind: runtime.cipher.lookup(f"try.{kind}", value) for kind, value in (("login", login), ("address", address))
    }
    async with runtime.db.begin() as tx:
        now = runtime.clock()
        until = await sessions.waits_until(tx, keys.values(), now)
        if until is None:
            locked = [kind for kind, key in keys.items() if await sessions.failed(tx, kind, key, now)]
            known = await sessions.account(tx, login)
    if until is not None:
        raise SignInRefused(Refused.WAIT, until - now)
    right = await passwords.fits(known.password if known else None, password)
    if known is None or not right:
        await _note_failure(runtime, known.person.id if known else None, locked)
        raise SignInRefused(Refused.WRONG)
    fresh = await passwords.hash(password) if outdated(known.password or "") else None
    token = secrets.token_urlsafe(32)
    async with runtime.db.begin() as tx:
        now = runtime.clock()
        for key in keys.values():
            await sessions.forget_failures(tx, key)
        if fresh:
            await sessions.set_password(tx, known.person.id, fresh, now)
        if before:
            await sessions.end(tx, rules.hashed(before), now)
        opened = await sessions.open_(tx, known.person.id, rules.hashed(token), now)
        await audit.write(tx, now, f"staff:{known.person.id}", "session.opened", f"session:{opened}")
    return Signed(known.person, token)


async def recognise(runtime: Runtime, token: str, *, acting: bool = True) -> Person | None:
    """Who a browser is. ``acting``: a person did something, which keeps the session alive."""
    if not token or len(token) > 100:
        return None
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        opened = await sessions.find(tx, rules.hashed(token), now)
        if opened and acting and now - opened.seen_at > rules.SEEN_EVERY:
            await sessions.seen(tx, opened.id, now)
    return opened.person if opened else None


async def sign_out(runtime: Runtime, token: str) -> None:
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        staff_id = await sessions.end(tx, rules.hashed(token), now)
        if staff_id is not None:
            await audit.write(tx, now, f"staff:{staff_id}", "session.ended", f"staff:{staff_id}")


async def _note_failure(runtime: Runtime, staff_id: int | None, locked: list[str]) -> None:
    """Who it was is kept only where the login exists; a login typed wrong may be a password."""
    who = f"staff:{staff_id}" if staff_id else "staff:unknown"
    metrics.sign_in_failed("locked" if locked else "refused")
    log.warning("sign-in failed%s", " and locked" if locked else "", extra={"staff": staff_id})
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        await audit.write(tx, now, "desk", "sign_in.failed", who)
        for kind in locked:
            await audit.write(tx, now, "desk", "sign_in.locked", f"{kind}:{who}")
