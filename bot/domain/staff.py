"""Who of the staff may do what: one table, asked by both desks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from bot.domain.events import StaffPerson


class Role(StrEnum):
    STAFF = "staff"
    """Answers clients."""
    MODERATOR = "moderator"
    """Keeps the answers true: reads along, notes, never speaks to a client."""
    SUPERVISOR = "supervisor"
    """Answers for every team."""
    ADMINISTRATOR = "administrator"
    """Keeps the register of staff beside all else."""


class Right(StrEnum):
    READ = "read"
    NOTE = "note"
    ANSWER = "answer"
    """Take a case, answer, ask the client back."""
    LEAD = "lead"
    """Close, hand on, reopen."""
    MOVE = "move"
    """Move a request to another stage."""
    PERSONAL = "personal"
    """See names, telephones and the like."""
    REGISTER = "register"
    """Change the register of staff."""
    EDIT = "edit"
    """Write drafts of the content, give them to be read."""
    APPROVE = "approve"
    """Approve a colleague's draft, or send it back."""
    RELEASE = "release"
    """Bring approved drafts to clients, go back to an older release."""
    PROPOSE = "propose"
    """Propose a row of the register of touchpoints."""
    ACCEPT = "accept"
    """Accept what a colleague has proposed, or return it."""
    AUDIT = "audit"
    """Read who did what."""


class Reach(StrEnum):
    OWN = "own"
    """What his team answers for, or he himself has taken."""
    FREE = "free"
    """That, and what nobody has taken."""
    ALL = "all"


_STAFF = {
    Right.READ: Reach.ALL,
    Right.NOTE: Reach.ALL,
    Right.ANSWER: Reach.ALL,
    Right.LEAD: Reach.FREE,
    Right.MOVE: Reach.OWN,
    Right.PERSONAL: Reach.OWN,
    Right.PROPOSE: Reach.ALL,
}
_CONTENT = dict.fromkeys((Right.EDIT, Right.APPROVE, Right.RELEASE), Reach.ALL)
_SUPERVISOR = {**dict.fromkeys(_STAFF, Reach.ALL), **_CONTENT, Right.ACCEPT: Reach.ALL}

RIGHTS: Mapping[Role, Mapping[Right, Reach]] = {
    Role.STAFF: _STAFF,
    Role.MODERATOR: {**dict.fromkeys((Right.READ, Right.NOTE, Right.PROPOSE), Reach.ALL), **_CONTENT},
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMINISTRATOR: {**_SUPERVISOR, Right.REGISTER: Reach.ALL, Right.AUDIT: Reach.ALL},
}
"""Whoever can help may answer, whatever his team: taking a case makes it his."""


def may(staff: StaffPerson, right: Right, *, team: str = "", holder: int | None = None) -> bool:
    """Whether this person may do this with what ``team`` answers for and ``holder`` has taken."""
    if staff.id is None or staff.role not in set(Role):
        return False
    reach = RIGHTS[Role(staff.role)].get(right)
    own = not team or staff.team == team or holder == staff.id
    match reach:
        case Reach.OWN:
            return own
        case Reach.FREE:
            return own or holder is None
        case Reach.ALL:
            return True
        case None:
            return False
        case _:
            assert_never(reach)


def rights(staff: StaffPerson, *, team: str = "", holder: int | None = None) -> frozenset[Right]:
    """All that he may do with it."""
    return frozenset(right for right in Right if may(staff, right, team=team, holder=holder))
