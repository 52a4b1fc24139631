"""The register of touchpoints, and what is proposed for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from bot.domain.touchpoints import Facts, Point, Proposal, State, What
from bot.storage.register_tables import touchpoint, touchpoint_proposal
from bot.storage.session import Tx
from bot.storage.tables import staff
from knowledge_base.schema import Need, Touchpoint

_OPEN = touchpoint_proposal.c.state == State.OPEN.value


async def first_content(tx: Tx, rows: Iterable[Touchpoint], now: dt.datetime) -> None:
    """Rows of a folder that the register has never had; what staff have changed or removed since stays so."""
    values = [{**one.model_dump(mode="json"), "since": now} for one in rows]
    for value in values:
        if await named(tx, value["process"], value["place"]) is None:
            await tx.execute(upsert(touchpoint).values(value).on_conflict_do_nothing())


async def as_content(tx: Tx) -> dict[str, Touchpoint]:
    """The register as files of a pack have it."""
    found = select(touchpoint).where(touchpoint.c.ended_at.is_(None)).order_by(touchpoint.c.id)
    rows = {row.slug or f"touchpoint-{row.id}": row for row in await tx.execute(found)}
    return {slug: Touchpoint(slug=slug, **_columns(_facts(row))) for slug, row in rows.items()}


async def all_(tx: Tx) -> list[Point]:
    """Every row that holds, by process."""
    found = _points().where(touchpoint.c.ended_at.is_(None)).order_by(touchpoint.c.process, touchpoint.c.id)
    return [_point(row) for row in await tx.execute(found)]


async def one(tx: Tx, number: int) -> Point | None:
    """A row, removed or not."""
    row = (await tx.execute(_points().where(touchpoint.c.id == number))).first()
    return _point(row) if row else None


async def named(tx: Tx, process: str, place: str) -> int | None:
    """The row of this process and place, whatever the case of its letters."""
    found = select(touchpoint.c.id).where(
        func.lower(touchpoint.c.process) == process.lower(),
        func.lower(touchpoint.c.place) == place.lower(),
        touchpoint.c.ended_at.is_(None),
    )
    number: int | None = (await tx.execute(found)).scalar_one_or_none()
    return number


async def waiting(tx: Tx) -> list[Proposal]:
    """Open proposals, the oldest first."""
    return [_proposal(row) for row in await tx.execute(_proposals().where(_OPEN).order_by(touchpoint_proposal.c.id))]


async def history(tx: Tx, number: int) -> Sequence[Proposal]:
    """Whatever was proposed about a row, the newest first."""
    found = _proposals().where(touchpoint_proposal.c.touchpoint_id == number)
    return [_proposal(row) for row in await tx.execute(found.order_by(touchpoint_proposal.c.id.desc()))]


async def proposal(tx: Tx, number: int) -> Proposal | None:
    row = (await tx.execute(_proposals().where(touchpoint_proposal.c.id == number))).first()
    return _proposal(row) if row else None


async def propose(
    tx: Tx, what: What, facts: Facts, point: int | None, reason: str, staff_id: int, team: str, now: dt.datetime
) -> int:
    """Returns the number of the proposal."""
    row = {"touchpoint_id": point, "what": what.value, "reason": reason, "staff_id": staff_id, "team": team, "at": now}
    made = insert(touchpoint_proposal).values(**row, **_columns(facts), state=State.OPEN.value)
    number: int = (await tx.execute(made.returning(touchpoint_proposal.c.id))).scalar_one()
    return number


async def decide(tx: Tx, number: int, state: State, staff_id: int, remark: str, now: dt.datetime) -> None:
    row = {"state": state.value, "decided_by": staff_id, "decided_at": now, "remark": remark or None}
    await tx.execute(update(touchpoint_proposal).where(touchpoint_proposal.c.id == number).values(**row))


async def apply(tx: Tx, accepted: Proposal, now: dt.datetime) -> int:
    """Bring what was accepted into the register. Returns the number of the row."""
    if accepted.touchpoint is None:
        made = insert(touchpoint).values(**_columns(accepted.facts), since=now).returning(touchpoint.c.id)
        number: int = (await tx.execute(made)).scalar_one()
        belongs = update(touchpoint_proposal).where(touchpoint_proposal.c.id == accepted.id)
        await tx.execute(belongs.values(touchpoint_id=number))
        return number
    removed = {"ended_at": now}
    row = removed if accepted.what is What.REMOVAL else {**_columns(accepted.facts), "since": now}
    await tx.execute(update(touchpoint).where(touchpoint.c.id == accepted.touchpoint).values(**row))
    return accepted.touchpoint


def _points() -> Select[Any]:
    is_open = exists().where(touchpoint_proposal.c.touchpoint_id == touchpoint.c.id, _OPEN)
    return select(touchpoint, is_open.label("waiting"))


def _proposals() -> Select[Any]:
    decider = aliased(staff)
    joined = touchpoint_proposal.join(staff, staff.c.id == touchpoint_proposal.c.staff_id).outerjoin(
        decider, decider.c.id == touchpoint_proposal.c.decided_by
    )
    return select(touchpoint_proposal, staff.c.name, decider.c.name.label("decider")).select_from(joined)


def _columns(facts: Facts) -> Mapping[str, Any]:
    return {
        "process": facts.process,
        "place": facts.place,
        "needs": [need.value for need in facts.needs],
        "digital": facts.digital,
        "main": facts.main,
        "basis": facts.basis,
        "counted": facts.counted,
    }


def _facts(row: Row[Any]) -> Facts:
    needs = tuple(Need(need) for need in row.needs)
    return Facts(row.process, row.place, needs, row.digital, row.main, row.basis, row.counted)


def _point(row: Row[Any]) -> Point:
    return Point(row.id, _facts(row), row.since, row.ended_at, row.waiting)


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        row.id,
        row.touchpoint_id,
        What(row.what),
        _facts(row),
        row.reason,
        row.staff_id,
        row.name,
        row.team,
        row.at,
        State(row.state),
        row.decider or "",
        row.decided_at,
        row.remark or "",
    )
