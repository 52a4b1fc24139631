"""Who is signed in at the desk: credentials, sessions, one-time links, failed tries. Tokens are kept as hashes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.domain import sign_in
from bot.domain.sign_in import Person
from bot.storage.session import Tx
from bot.storage.tables import credential, session, sign_in_link, sign_in_try, staff


@dataclass(frozen=True, slots=True)
class Account:
    person: Person
    password: str | None
    """Its hash; None until one is set."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A living session."""

    id: int
    person: Person
    seen_at: dt.datetime


_PERSON = (staff.c.id, staff.c.name, staff.c.login, staff.c.team, staff.c.role)


async def account(tx: Tx, login: str) -> Account | None:
    """An active person by login."""
    found = (
        select(*_PERSON, credential.c.password)
        .outerjoin(credential, credential.c.staff_id == staff.c.id)
        .where(staff.c.login == login, staff.c.active.is_(True))
    )
    row = (await tx.execute(found)).first()
    return Account(_person(row), row.password) if row else None


async def open_(tx: Tx, staff_id: int, token: bytes, now: dt.datetime) -> int:
    made = upsert(session).values(token=token, staff_id=staff_id, began_at=now, seen_at=now)
    number: int = (await tx.execute(made.returning(session.c.id))).scalar_one()
    return number


async def find(tx: Tx, token: bytes, now: dt.datetime) -> Opened | None:
    """The living session of an active person."""
    found = (
        select(session.c.id.label("session_id"), session.c.seen_at, *_PERSON)
        .join(staff, staff.c.id == session.c.staff_id)
        .where(session.c.token == token, _alive(now), staff.c.active.is_(True))
    )
    row = (await tx.execute(found)).first()
    return Opened(row.session_id, _person(row), row.seen_at) if row else None


async def seen(tx: Tx, session_id: int, now: dt.datetime) -> None:
    await tx.execute(update(session).where(session.c.id == session_id).values(seen_at=now))


async def end(tx: Tx, token: bytes, now: dt.datetime) -> int | None:
    """Whose session it was; None for one that had ended."""
    ended = update(session).where(session.c.token == token, session.c.ended_at.is_(None)).values(ended_at=now)
    found: int | None = (await tx.execute(ended.returning(session.c.staff_id))).scalar_one_or_none()
    return found


async def end_all(tx: Tx, staff_id: int, now: dt.datetime) -> None:
    """Every session of a person, and every link that waits for him."""
    mine = and_(session.c.staff_id == staff_id, session.c.ended_at.is_(None))
    await tx.execute(update(session).where(mine).values(ended_at=now))
    await drop_links(tx, staff_id)


async def drop_links(tx: Tx, staff_id: int) -> None:
    await tx.execute(delete(sign_in_link).where(sign_in_link.c.staff_id == staff_id, sign_in_link.c.used_at.is_(None)))


async def add_link(tx: Tx, staff_id: int, token: bytes, now: dt.datetime) -> None:
    """A new link; earlier ones of the same person are void."""
    await drop_links(tx, staff_id)
    values = {"token": token, "staff_id": staff_id, "expires_at": now + sign_in.LINK_LIFE}
    await tx.execute(upsert(sign_in_link).values(**values))


async def linked(tx: Tx, token: bytes, now: dt.datetime) -> Person | None:
    """Whom a link that is good now would sign in. The link stays."""
    found = (
        select(*_PERSON)
        .join(sign_in_link, sign_in_link.c.staff_id == staff.c.id)
        .where(sign_in_link.c.token == token, _usable(now), staff.c.active.is_(True))
    )
    row = (await tx.execute(found)).first()
    return _person(row) if row else None


async def use_link(tx: Tx, token: bytes, now: dt.datetime) -> bool:
    """Spend a link: True for one caller only."""
    used = update(sign_in_link).where(sign_in_link.c.token == token, _usable(now)).values(used_at=now)
    return (await tx.execute(used)).rowcount == 1


async def set_password(tx: Tx, staff_id: int, password: str, now: dt.datetime) -> None:
    values = {"password": password, "changed_at": now}
    added = upsert(credential).values(staff_id=staff_id, **values)
    await tx.execute(added.on_conflict_do_update(index_elements=[credential.c.staff_id], set_=values))


async def administrators(tx: Tx) -> int:
    """How many active administrators can sign in."""
    found = (
        select(func.count())
        .select_from(staff.join(credential, credential.c.staff_id == staff.c.id))
        .where(staff.c.role == "administrator", staff.c.active.is_(True))
    )
    number: int = (await tx.execute(found)).scalar_one()
    return number


async def waits_until(tx: Tx, keys: Iterable[bytes], now: dt.datetime) -> dt.datetime | None:
    """When these may try again; None: now. They are locked: other tries wait until this one is counted."""
    until = None
    for who in sorted(keys):
        row = upsert(sign_in_try).values(who=who, failures=0, last_at=now, until=now)
        await tx.execute(row.on_conflict_do_nothing())
        found = select(sign_in_try.c.until).where(sign_in_try.c.who == who).with_for_update()
        one: dt.datetime = (await tx.execute(found)).scalar_one()
        until = one if one > now and (until is None or one > until) else until
    return until


async def failed(tx: Tx, kind: str, who: bytes, now: dt.datetime) -> bool:
    """Count a failure of one that ``waits_until`` has locked. True when this one makes it wait."""
    row = (await tx.execute(select(sign_in_try).where(sign_in_try.c.who == who))).one()
    failures = 1 if row.last_at < now - sign_in.FORGOTTEN else row.failures + 1
    wait = sign_in.wait_after(kind, failures)
    counted = update(sign_in_try).where(sign_in_try.c.who == who)
    await tx.execute(counted.values(failures=failures, last_at=now, until=now + wait))
    return wait > dt.timedelta()


async def forget_failures(tx: Tx, who: bytes) -> None:
    await tx.execute(delete(sign_in_try).where(sign_in_try.c.who == who))


def _alive(now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        session.c.ended_at.is_(None), session.c.seen_at > now - sign_in.IDLE, session.c.began_at > now - sign_in.LONGEST
    )


def _usable(now: dt.datetime) -> ColumnElement[bool]:
    return and_(sign_in_link.c.used_at.is_(None), sign_in_link.c.expires_at > now)


def _person(row: object) -> Person:
    return Person(*(getattr(row, column.name) for column in _PERSON))
