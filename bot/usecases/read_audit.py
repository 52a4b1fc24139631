"""The audit log, for administrators. Looking at it is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.errors import Forbidden
from bot.domain.sign_in import Person
from bot.domain.staff import Right, may
from bot.storage import audit, members
from bot.storage.audit import Entry
from bot.turn import Runtime

PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditPage:
    entries: Sequence[Entry]
    older: int | None
    """Where the next page begins; None: this is the last."""
    names: Mapping[str, str]
    """``staff:3`` to the person's name."""


async def read_audit(
    runtime: Runtime, actor: Person, *, by: str = "", verb: str = "", what: str = "", before: int | None = None
) -> AuditPage:
    """A page, newest first. Raises Forbidden."""
    if not may(actor.as_staff(), Right.AUDIT):
        raise Forbidden
    async with runtime.db.begin() as tx:
        found = await audit.entries(tx, by.strip(), verb.strip(), what.strip(), before, PAGE + 1)
        names = {f"staff:{one.id}": one.name for one in await members.all_(tx, "")}
        await audit.write(tx, runtime.clock(), f"staff:{actor.id}", "audit.read", "audit")
    more = len(found) > PAGE
    return AuditPage(found[:PAGE], found[PAGE - 1].id if more else None, names)
