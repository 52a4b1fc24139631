"""The staff register at the desk: who works here, in which team, with which rights. For administrators."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import sign_in as rules
from bot.domain.errors import Forbidden, OtklikError
from bot.domain.sign_in import ROLES, LastAdministrator, Person
from bot.domain.staff import Right, Role, may
from bot.storage import audit, sessions
from bot.storage import members as register
from bot.storage.members import Member
from bot.turn import Runtime

__all__ = ["BadMember", "LastAdministrator", "Member", "NewMember", "add", "change", "link", "members"]


class BadMember(OtklikError):
    """The person can't be registered like this; ``field`` is at fault."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


@dataclass(frozen=True, slots=True)
class NewMember:
    name: str
    login: str
    team: str
    role: str
    telegram: str


async def members(
    runtime: Runtime, actor: Person, search: str = "", team: str = "", sort: str = "name"
) -> Sequence[Member]:
    """Everybody, active ones first; ``sort``: ``name``, ``team`` or ``seen``. Raises Forbidden."""
    _administrator(actor)
    async with runtime.db.begin() as tx:
        return await register.all_(tx, search.strip(), team, sort)


async def add(runtime: Runtime, actor: Person, new: NewMember) -> int:
    """The new person's id. Raises Forbidden, BadMember."""
    _administrator(actor)
    login = rules.clean_login(new.login)
    if not 2 <= len(new.name.strip()) <= 100:
        raise BadMember("name")
    if not rules.good_login(login):
        raise BadMember("login")
    _known(runtime, new.team, new.role)
    telegram = new.telegram.strip() or None
    if telegram is not None and not (telegram.isascii() and telegram.isdecimal() and len(telegram) < 20):
        raise BadMember("telegram")
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        taken = await register.taken(tx, login, telegram)
        if taken:
            raise BadMember(taken)
        added = await register.insert(tx, new.name.strip(), login, telegram, new.team, new.role, now)
        if added is None:
            raise BadMember("login")
        await audit.write(tx, now, f"staff:{actor.id}", f"staff.add.{new.role}", f"staff:{added}")
    return added


async def change(runtime: Runtime, actor: Person, staff_id: int, *, team: str, role: str, active: bool) -> bool:
    """Another team or role, or out of the house: then every session ends. False for nobody.

    Raises Forbidden, BadMember, LastAdministrator.
    """
    _administrator(actor)
    _known(runtime, team, role)
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        found = await register.lock(tx, staff_id)
        if found is None:
            return False
        leaves = role != Role.ADMINISTRATOR or not active
        if leaves and await register.is_last(tx, found):
            raise LastAdministrator
        await register.change(tx, staff_id, team, role, active)
        for verb in _changes(found, team, role, active):
            await audit.write(tx, now, f"staff:{actor.id}", verb, f"staff:{staff_id}")
        if not active:
            await sessions.end_all(tx, staff_id, now)
    return True


async def link(runtime: Runtime, actor: Person, staff_id: int) -> str | None:
    """The token of a one-time link, told once; None for nobody who could use it. Raises Forbidden."""
    _administrator(actor)
    token = secrets.token_urlsafe(32)
    now = runtime.clock()
    async with runtime.db.begin() as tx:
        found = await register.lock(tx, staff_id)
        if found is None or not found.active or not found.login:
            return None
        await sessions.add_link(tx, staff_id, rules.hashed(token), now)
        await audit.write(tx, now, f"staff:{actor.id}", "link.made", f"staff:{staff_id}")
    return token


def _administrator(actor: Person) -> None:
    if not may(actor.as_staff(), Right.REGISTER):
        raise Forbidden


def _known(runtime: Runtime, team: str, role: str) -> None:
    if team not in runtime.shelf.content.pack.teams:
        raise BadMember("team")
    if role not in ROLES:
        raise BadMember("role")


def _changes(before: Member, team: str, role: str, active: bool) -> list[str]:
    verbs = []
    if before.role != role:
        verbs.append(f"staff.role.{role}")
    if before.team != team:
        verbs.append("staff.team")
    if before.active != active:
        verbs.append("staff.activated" if active else "staff.deactivated")
    return verbs
