"""The register of touchpoints: where clients of each process meet the agency, and who has agreed to each row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import OtklikError
from bot.domain.staff import Right
from knowledge_base.schema import Need

LONGEST_NAME, LONGEST_BASIS, LONGEST_REASON = 200, 500, 1000


class What(StrEnum):
    """What is proposed."""

    NEW = "new"
    CHANGE = "change"
    REMOVAL = "removal"


class State(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Facts:
    """One row; the fields as in ``knowledge_base.schema.Touchpoint``."""

    process: str
    place: str
    needs: tuple[Need, ...]
    digital: bool
    main: bool
    basis: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    id: int
    touchpoint: int | None
    what: What
    facts: Facts
    """As proposed; of a removal: the row as it stood."""
    reason: str
    staff: int
    name: str
    team: str
    at: dt.datetime
    state: State
    decider: str
    """Name of whoever accepted or returned it; empty while it is open."""
    decided_at: dt.datetime | None
    remark: str


@dataclass(frozen=True, slots=True)
class Point:
    """A row of the register."""

    id: int
    facts: Facts
    since: dt.datetime
    ended_at: dt.datetime | None
    waiting: bool = False
    """A proposal about it is open."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are listed: all that fit every one given."""

    search: str = ""
    process: str = ""
    need: str = ""
    kind: str = ""
    """``digital``, ``offline``, ``main``, ``little`` or ``uncounted``."""


KINDS = ("digital", "offline", "main", "little", "uncounted")


@dataclass(frozen=True, slots=True)
class Register:
    rows: Sequence[Point]
    total: int
    processes: Sequence[str]
    waiting: Sequence[Proposal]
    """Open proposals, the oldest first."""
    points: Mapping[int, Point]
    """The rows that these are about."""
    may: frozenset[Right]


@dataclass(frozen=True, slots=True)
class PointCard:
    point: Point
    history: Sequence[Proposal]
    """The newest first, the open one among them."""
    may: frozenset[Right]


class Incomplete(OtklikError):
    """A process, a touchpoint and at least one need are wanted, each of them short enough."""


class Taken(OtklikError):
    """The register has this touchpoint of this process already, or it is proposed: needs are added to that one."""


class NothingNew(OtklikError):
    """This is what the register says already."""


class OwnProposal(OtklikError):
    """Somebody else has to accept what one has proposed oneself."""


class Decided(OtklikError):
    """This was decided meanwhile, or another proposal about it is open."""


def tidy(facts: Facts) -> Facts:
    """Without needless spaces, needs in their own order. Raises Incomplete."""
    process, place, basis = (" ".join(text.split()) for text in (facts.process, facts.place, facts.basis))
    needs = tuple(need for need in Need if need in facts.needs)
    named = 0 < len(process) <= LONGEST_NAME and 0 < len(place) <= LONGEST_NAME
    if not named or not needs or len(basis) > LONGEST_BASIS:
        raise Incomplete
    return Facts(process, place, needs, facts.digital, facts.main, basis, facts.counted)


def fits(point: Point, wanted: Wanted) -> bool:
    """Whether a row is among those wanted."""
    facts = point.facts
    held = f"{facts.process} {facts.place} {facts.basis}".casefold()
    kinds = {
        "digital": facts.digital,
        "offline": not facts.digital,
        "main": facts.main,
        "little": not facts.main,
        "uncounted": not facts.counted,
    }
    return (
        all(word in held for word in wanted.search.casefold().split())
        and wanted.process in ("", facts.process)
        and (not wanted.need or wanted.need in facts.needs)
        and kinds.get(wanted.kind, True)
    )
