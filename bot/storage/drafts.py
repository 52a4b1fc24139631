"""Drafts of the content, and what was done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Row, insert, select, update

from bot.domain.drafts import AFTER, OPEN, Draft, Live, State, Step, Verb
from bot.domain.replays import Replay
from bot.storage.releases import GENERAL, lives_in
from bot.storage.session import Tx
from bot.storage.tables import draft, draft_step, item, item_version, staff

_IS_OPEN = draft.c.state.in_([state.value for state in OPEN])


async def live(tx: Tx, kind: str, slug: str) -> Live | None:
    """An item of the newest release that all clients get."""
    found = (
        select(item_version.c.id, item_version.c.body)
        .join(item, item.c.id == item_version.c.item_id)
        .where(item.c.kind == kind, item.c.slug == slug, lives_in(GENERAL))
    )
    row = (await tx.execute(found)).first()
    return Live(row.id, row.body) if row else None


async def open_of(tx: Tx, kind: str, slug: str) -> Draft | None:
    """The draft of an item that is neither released nor dropped."""
    row = (await tx.execute(select(draft).where(draft.c.kind == kind, draft.c.slug == slug, _IS_OPEN))).first()
    return _draft(row) if row else None


async def all_open(tx: Tx, kind: str = "") -> list[Draft]:
    """Every open draft of a kind, or of any; what was changed last first."""
    found = select(draft).where(_IS_OPEN).order_by(draft.c.changed_at.desc(), draft.c.id)
    if kind:
        found = found.where(draft.c.kind == kind)
    return [_draft(row) for row in await tx.execute(found)]


async def by_id(tx: Tx, number: int) -> Draft | None:
    """An open draft."""
    row = (await tx.execute(select(draft).where(draft.c.id == number, _IS_OPEN))).first()
    return _draft(row) if row else None


async def released_in(tx: Tx, number: int) -> list[Draft]:
    """Those that a release brought to clients."""
    found = select(draft).where(draft.c.release == number).order_by(draft.c.id)
    return [_draft(row) for row in await tx.execute(found)]


async def steps(tx: Tx, number: int) -> Sequence[Step]:
    """What was done with a draft, oldest first."""
    found = (
        select(draft_step, staff.c.name)
        .join(staff, staff.c.id == draft_step.c.staff_id)
        .where(draft_step.c.draft_id == number)
        .order_by(draft_step.c.id)
    )
    return [
        Step(row.id, Verb(row.verb), row.staff_id, row.name, row.at, row.remark or "", row.body, row.replay_id)
        for row in await tx.execute(found)
    ]


async def editors(tx: Tx, number: int) -> frozenset[int]:
    """Who has written in a draft."""
    found = select(draft_step.c.staff_id).where(draft_step.c.draft_id == number, draft_step.c.verb == Verb.SAVED.value)
    return frozenset((await tx.execute(found)).scalars())


async def begin(tx: Tx, kind: str, slug: str, body: str, base: int | None, actor: int, now: dt.datetime) -> int:
    """A new draft with its first step. Returns its number."""
    row = {"kind": kind, "slug": slug, "body": body, "base": base, "state": State.DRAFT.value}
    made = insert(draft).values(**row, step=0, changed_at=now).returning(draft.c.id)
    number: int = (await tx.execute(made)).scalar_one()
    await step(tx, number, Verb.SAVED, actor, now, body=body)
    return number


async def save(tx: Tx, number: int, body: str, base: int | None, actor: int, now: dt.datetime) -> None:
    """Another text of an open draft."""
    await tx.execute(update(draft).where(draft.c.id == number).values(body=body, base=base))
    await step(tx, number, Verb.SAVED, actor, now, body=body)


async def rebase(tx: Tx, number: int, base: int | None) -> None:
    """What clients get has another version by now, with the same text."""
    await tx.execute(update(draft).where(draft.c.id == number).values(base=base))


async def step(
    tx: Tx,
    number: int,
    verb: Verb,
    actor: int,
    now: dt.datetime,
    *,
    body: str | None = None,
    remark: str = "",
    release: int | None = None,
    seen: Replay | None = None,
) -> None:
    """One step, and the state it leads to. ``seen``: the replay that whoever takes it has seen."""
    row = {"draft_id": number, "verb": verb.value, "staff_id": actor, "at": now, "body": body, "remark": remark or None}
    if seen is not None:
        row |= {"replay_id": seen.id, "seal": seen.seal}
    taken = (await tx.execute(insert(draft_step).values(**row).returning(draft_step.c.id))).scalar_one()
    state = {"state": AFTER[verb].value, "step": taken, "changed_at": now, "release": release}
    await tx.execute(update(draft).where(draft.c.id == number).values(**state))


def _draft(row: Row[tuple[object, ...]]) -> Draft:
    return Draft(row.id, row.kind, row.slug, row.body, row.base, State(row.state), row.step, row.changed_at)
