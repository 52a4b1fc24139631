"""What the desk shows of cases and conversations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, text

from bot.domain.acts import Verb
from bot.domain.case import WaitRow, state
from bot.domain.desk_views import CaseRow, Delivery, Line, LineKind, Page, Queue, QueueFilter, Term
from bot.domain.dialog import Owes
from bot.domain.messages import Channel
from bot.storage.session import Tx
from bot.storage.tables import case, request

WORDS = 160
"""Of the client's last words, in the queue."""


async def address_of_case(tx: Tx, case_id: int) -> int | None:
    return (await tx.execute(select(case.c.address_id).where(case.c.id == case_id))).scalar_one_or_none()


async def address_of_request(tx: Tx, request_id: int) -> int | None:
    return (await tx.execute(select(request.c.address_id).where(request.c.id == request_id))).scalar_one_or_none()


# --- cases ---------------------------------------------------------------------

_CASES = """
    SELECT c.id, c.address_id, a.channel, a.reachable, c.reason, c.team, c.opened_at, c.closed_at, c.taken_by,
           s.name AS holder_name, c.request_id, r.number, r.service, t.due_at, t.policy, t.reached,
           t.id IS NOT NULL AND t.stopped_at IS NULL AS running, p.owed_by,
           ARRAY(SELECT json_build_object('body', w.body, 'due_at', w.due_at, 'name', b.name)
                 FROM body_wait w JOIN staff b ON b.id = w.staff_id
                 WHERE w.case_id = c.id AND w.ended_at IS NULL ORDER BY w.due_at, w.id) AS waits,
           m.text AS last_words, m.at AS last_at, count(*) OVER () AS total
    FROM "case" c
    JOIN address a ON a.id = c.address_id
    LEFT JOIN staff s ON s.id = c.taken_by
    LEFT JOIN request r ON r.id = c.request_id
    LEFT JOIN LATERAL (SELECT * FROM term WHERE term.case_id = c.id ORDER BY term.id DESC LIMIT 1) t ON true
    LEFT JOIN LATERAL (SELECT id, owed_by FROM term_pause WHERE term_id = t.id AND ended_at IS NULL LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT text, at FROM message
                       WHERE address_id = c.address_id AND direction = 'in' ORDER BY id DESC LIMIT 1) m ON true
"""
_SOONEST = """
    ORDER BY c.closed_at DESC NULLS FIRST, t.id IS NOT NULL AND t.stopped_at IS NULL AND p.id IS NULL DESC,
             t.id IS NOT NULL AND t.stopped_at IS NULL DESC, t.due_at, c.id
"""
"""Open ones whose term runs, soonest first; then paused ones, answered ones, closed ones."""
_ORDERS = {
    "term": _SOONEST,
    "words": " ORDER BY m.at DESC NULLS LAST, c.id DESC",
    "opened": " ORDER BY c.opened_at, c.id",
}
_WANTED = f"""
    {_CASES}
    WHERE c.closed_at IS NULL
      AND (CAST(:mine AS bigint) IS NULL OR c.taken_by = :mine)
      AND (CAST(:team AS text) = '' OR c.team = :team)
      AND (NOT CAST(:unclaimed AS bool) OR c.taken_by IS NULL)
      AND (CAST(:channel AS text) = '' OR a.channel = :channel)
      AND (NOT CAST(:late AS bool) OR t.stopped_at IS NULL AND p.id IS NULL AND t.due_at <= :now)
      AND (CAST(:search AS text) = '' OR c.address_id = CAST(:number AS bigint) OR r.number ILIKE :like
           OR EXISTS (SELECT FROM message w WHERE w.address_id = c.address_id AND w.text ILIKE :like))
"""
_QUEUES = {sort: text(f"{_WANTED} {order} LIMIT :most OFFSET :offset") for sort, order in _ORDERS.items()}
_OF_ADDRESS = text(f"{_CASES} WHERE c.address_id = :address {_SOONEST} LIMIT :most")
_BY_ID = text(f"{_CASES} WHERE c.id = :case")


async def queue(tx: Tx, wanted: QueueFilter, page: Page, staff_id: int, now: dt.datetime) -> Queue:
    """Open cases, in the order wished."""
    search = wanted.search.strip()
    rows = (
        await tx.execute(
            _QUEUES.get(wanted.sort, _QUEUES["term"]),
            {
                "mine": staff_id if wanted.mine else None,
                "team": wanted.team,
                "unclaimed": wanted.unclaimed,
                "channel": wanted.channel.value if wanted.channel else "",
                "late": wanted.late,
                "search": search,
                "number": number_in(search),
                "like": like(search),
                "now": now,
                "most": page.most,
                "offset": page.offset,
            },
        )
    ).all()
    return Queue(tuple(_case(row, now) for row in rows), rows[0].total if rows else 0)


async def cases_of(tx: Tx, address_id: int, now: dt.datetime, most: int = 20) -> tuple[CaseRow, ...]:
    """Open ones first, then the latest closed ones."""
    rows = await tx.execute(_OF_ADDRESS, {"address": address_id, "most": most})
    return tuple(_case(row, now) for row in rows)


async def case_row(tx: Tx, case_id: int, now: dt.datetime) -> CaseRow | None:
    row = (await tx.execute(_BY_ID, {"case": case_id})).first()
    return _case(row, now) if row else None


def like(search: str) -> str:
    """A pattern for "contains", whatever signs the words hold."""
    escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def number_in(search: str) -> int | None:
    digits = search.lstrip("№# ").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 18 else None


def _case(row: Row[Any], now: dt.datetime) -> CaseRow:
    open_term = row.running and row.closed_at is None
    term = None
    if open_term:
        late = row.owed_by is None and row.due_at <= now
        term = Term(row.due_at, near=not late and row.reached is not None, late=late)
    return CaseRow(
        id=row.id,
        address=row.address_id,
        channel=Channel(row.channel),
        reason=row.reason,
        team=row.team,
        state=state(
            closed=row.closed_at is not None,
            running=row.running,
            paused=Owes(row.owed_by) if row.owed_by else None,
            taken=row.taken_by is not None,
        ),
        term=term,
        holder=row.taken_by,
        holder_name=row.holder_name or "",
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        request=row.request_id,
        number=row.number or "",
        last_words=(row.last_words or "")[:WORDS],
        last_at=row.last_at,
        reachable=row.reachable,
        waits=tuple(_wait(one, now) for one in row.waits),
        policy=row.policy or "",
        service=row.service or "",
    )


def _wait(row: Mapping[str, str], now: dt.datetime) -> WaitRow:
    due_at = dt.datetime.fromisoformat(row["due_at"])
    return WaitRow(row["body"], due_at, row["name"], late=due_at <= now)


# --- a conversation ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation takes place."""

    address: int
    client: int
    channel: Channel
    reachable: bool
    since: dt.datetime
    state: str
    """The dialog, as JSON."""


_PLACE = text("""
    SELECT a.id, a.client_id, a.channel, a.reachable, a.created_at, d.state
    FROM address a JOIN dialog d ON d.address_id = a.id WHERE a.id = :address
""")
_SAID = text("""
    SELECT m.id, m.direction, m.at, m.text, m.slug, m.staff_id, s.name, o.states
    FROM message m
    LEFT JOIN staff s ON s.id = m.staff_id
    LEFT JOIN LATERAL (SELECT array_agg(DISTINCT state) AS states FROM outbox WHERE message_id = m.id) o ON true
    WHERE m.address_id = :address AND (CAST(:before AS bigint) IS NULL OR m.id < :before)
    ORDER BY m.id DESC LIMIT :most
""")
_DONE = text("""
    SELECT v.id, v.at, v.verb, v.detail, s.name FROM staff_act v JOIN staff s ON s.id = v.staff_id
    WHERE v.address_id = :address AND v.verb NOT IN ('answer', 'ask', 'note')
      AND v.at >= :start AND (CAST(:end AS timestamptz) IS NULL OR v.at < :end)
    ORDER BY v.id
""")
_WORST = (
    ("failed", Delivery.FAILED),
    ("held", Delivery.UNKNOWN),
    ("unknown", Delivery.UNKNOWN),
    ("dropped", Delivery.FAILED),
    ("pending", Delivery.PENDING),
    ("sent", Delivery.SENT),
)
_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


async def place(tx: Tx, address_id: int) -> Place | None:
    row = (await tx.execute(_PLACE, {"address": address_id})).first()
    if row is None:
        return None
    return Place(row.id, row.client_id, Channel(row.channel), row.reachable, row.created_at, row.state)


async def lines(tx: Tx, address_id: int, before: int | None, most: int) -> tuple[tuple[Line, ...], bool]:
    """The newest ``most`` messages (before one) and what staff did meanwhile, oldest first; whether older exist."""
    found = (await tx.execute(_SAID, {"address": address_id, "before": before, "most": most + 1})).all()
    more, rows = len(found) > most, found[:most][::-1]
    end = None
    if before is not None:
        at = await tx.execute(text("SELECT at FROM message WHERE id = :before"), {"before": before})
        end = at.scalar_one_or_none()
    start = rows[0].at if more and rows else _BEGINNING
    done = await tx.execute(_DONE, {"address": address_id, "start": start, "end": end})
    acts = [Line(LineKind.ACT, row.id, row.at, name=row.name, verb=Verb(row.verb), detail=row.detail) for row in done]
    return tuple(_together([_said(row) for row in rows], acts)), more


def _together(said: Sequence[Line], acts: Sequence[Line]) -> list[Line]:
    """In the order of time; what was done stands before what was said through it."""
    return sorted([*acts, *said], key=lambda line: line.at)


def _said(row: Row[Any]) -> Line:
    kinds = {"in": LineKind.CLIENT, "note": LineKind.NOTE}
    kind = kinds.get(row.direction) or (LineKind.STAFF if row.staff_id else LineKind.ASSISTANT)
    delivery = next((sign for name, sign in _WORST if row.states and name in row.states), None)
    return Line(
        kind, row.id, row.at, row.text, row.name or "", (row.slug or "") if kind is LineKind.ASSISTANT else "", delivery
    )
