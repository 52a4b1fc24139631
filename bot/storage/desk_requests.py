"""What the desk shows of requests."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from bot.domain.desk_views import Page, RequestFilter, RequestRow, Requests, StageRow
from bot.domain.messages import Channel
from bot.storage.desk import like
from bot.storage.session import Tx

SOON = "least(interval '3 days', (coalesce(r.stage_due_at, r.due_at) - g.at) / 4)"
"""A stage is near its end for its last quarter, three days at most."""

Ends = Sequence[tuple[str, str]]
"""(service, stage) of every end, as the pack has them."""

_ROWS = f"""
    SELECT r.*, a.channel, a.client_id, c.id AS case_id, coalesce(r.stage_due_at, r.due_at) AS next_due,
           coalesce(r.stage_due_at, r.due_at) - {SOON} AS near_at,
           EXISTS (SELECT FROM unnest(CAST(:services AS text[]), CAST(:stages AS text[])) AS e(service, stage)
                   WHERE e.service = r.service AND e.stage = r.stage) AS over
    FROM request r JOIN address a ON a.id = r.address_id
    LEFT JOIN LATERAL (SELECT id FROM "case" WHERE request_id = r.id AND closed_at IS NULL LIMIT 1) c ON true
    LEFT JOIN LATERAL (SELECT at FROM request_stage WHERE request_id = r.id ORDER BY id DESC LIMIT 1) g ON true
"""
_WANTED = """
    (CAST(:service AS text) = '' OR service = :service)
    AND (CAST(:stage AS text) = '' OR stage = :stage)
    AND (CAST(:channel AS text) = '' OR channel = :channel)
    AND (NOT CAST(:open_only AS bool) OR NOT over)
    AND (NOT CAST(:late AS bool) OR NOT over AND next_due <= :now)
    AND (NOT CAST(:soon AS bool) OR NOT over AND next_due > :now AND near_at <= :now)
    AND (CAST(:search AS text) = '' OR number ILIKE :like)
"""
_SORTS = {
    "due": "over, next_due NULLS LAST, id",
    "new": "created_at DESC, id DESC",
    "number": "number DESC NULLS LAST, id DESC",
}
_LISTS = {
    name: text(f"""
        WITH rows AS ({_ROWS})
        SELECT *, count(*) OVER () AS total FROM rows WHERE {_WANTED} ORDER BY {order} LIMIT :most OFFSET :offset
    """)
    for name, order in _SORTS.items()
}
_COUNTS = text(f"""
    WITH rows AS ({_ROWS})
    SELECT count(*) FILTER (WHERE next_due <= :now) AS late,
           count(*) FILTER (WHERE next_due > :now AND near_at <= :now) AS soon
    FROM rows WHERE NOT over
""")
_ONE = text(f"{_ROWS} WHERE r.id = :request")
_OF_CLIENT = text(f"""
    WITH rows AS ({_ROWS} WHERE a.client_id = :client)
    SELECT * FROM rows ORDER BY over, next_due NULLS LAST, id LIMIT :most
""")
_TIMELINE = text("""
    SELECT g.stage, g.at, s.name, g.reason, g.advice
    FROM request_stage g LEFT JOIN staff s ON s.id = g.staff_id WHERE g.request_id = :request ORDER BY g.id
""")


_TO_TELL = text(f"""
    WITH rows AS ({_ROWS})
    SELECT id, address_id, stage, next_due, next_due <= :now AS late FROM rows
    WHERE NOT over AND (near_at <= :now AND stage_told IS NULL
                        OR next_due <= :now AND stage_told IS DISTINCT FROM 'late')
    ORDER BY next_due, id LIMIT :most
""")
_TOLD = text("""
    UPDATE request SET stage_told = :told
    WHERE id = :request AND stage = :stage AND stage_told IS DISTINCT FROM :told RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Ending:
    """A stage whose end staff are to be told of."""

    request: int
    address: int
    stage: str
    due_at: dt.datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A request with what was filled in: a personal field holds the reference of its value."""

    row: RequestRow
    client: int
    values: Mapping[str, str]
    timeline: tuple[StageRow, ...]


async def page(tx: Tx, wanted: RequestFilter, shown: Page, ends: Ends, now: dt.datetime) -> Requests:
    """One page of the list, and how many of all open ones are late or soon will be."""
    search = wanted.search.strip()
    parameters = {
        **_times(ends, now),
        "service": wanted.service,
        "stage": wanted.stage,
        "channel": wanted.channel.value if wanted.channel else "",
        "open_only": wanted.open_only,
        "late": wanted.late,
        "soon": wanted.soon,
        "search": search,
        "like": like(search),
        "most": shown.most,
        "offset": shown.offset,
    }
    rows = (await tx.execute(_LISTS.get(wanted.sort, _LISTS["due"]), parameters)).all()
    counts = (await tx.execute(_COUNTS, _times(ends, now))).one()
    total = rows[0].total if rows else 0
    return Requests(tuple(_row(row, now) for row in rows), total, counts.late, counts.soon)


async def of_client(tx: Tx, client_id: int, ends: Ends, now: dt.datetime, most: int = 20) -> tuple[RequestRow, ...]:
    """A client's requests, those not over first."""
    found = await tx.execute(_OF_CLIENT, {**_ends(ends), "client": client_id, "most": most})
    return tuple(_row(row, now) for row in found)


async def one(tx: Tx, request_id: int, ends: Ends, now: dt.datetime) -> Kept | None:
    row = (await tx.execute(_ONE, {**_ends(ends), "request": request_id})).first()
    if row is None:
        return None
    timeline = tuple(
        StageRow(g.stage, g.at, g.name or "", g.reason or "", g.advice or "")
        for g in await tx.execute(_TIMELINE, {"request": request_id})
    )
    return Kept(_row(row, now), row.client_id, json.loads(row.values), timeline)


async def to_tell(tx: Tx, ends: Ends, now: dt.datetime, most: int) -> list[Ending]:
    """Stages near their end or past it of which staff have not been told yet."""
    rows = await tx.execute(_TO_TELL, {**_times(ends, now), "most": most})
    return [Ending(row.id, row.address_id, row.stage, row.next_due, row.late) for row in rows]


async def told(tx: Tx, one: Ending) -> bool:
    """Mark it told, in the transaction of the message. False: another worker did, or the request moved on."""
    values = {"request": one.request, "stage": one.stage, "told": "late" if one.late else "near"}
    return (await tx.execute(_TOLD, values)).first() is not None


def _ends(ends: Ends) -> dict[str, object]:
    return {"services": [service for service, _ in ends], "stages": [stage for _, stage in ends]}


def _times(ends: Ends, now: dt.datetime) -> dict[str, object]:
    return {**_ends(ends), "now": now}


def _row(row: Row[Any], now: dt.datetime) -> RequestRow:
    due = None if row.over else row.next_due
    late = due is not None and due <= now
    return RequestRow(
        id=row.id,
        number=row.number or "",
        address=row.address_id,
        channel=Channel(row.channel),
        service=row.service,
        stage=row.stage,
        created_at=row.created_at,
        due_at=row.due_at,
        stage_due_at=due,
        over=row.over,
        late=late,
        soon=due is not None and not late and row.near_at <= now,
        case=row.case_id,
    )
