"""What a decision may ask to see. Never another client's."""

from __future__ import annotations

from typing import assert_never

from sqlalchemy import JSON, ColumnElement, cast, exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.attachments import FilesOf
from bot.domain.decision import (
    CaseById,
    CaseView,
    EpisodeById,
    EpisodeView,
    MyRequests,
    Query,
    RequestById,
    RequestByNumber,
    RequestByToken,
    RequestView,
    StageReached,
)
from bot.domain.kept import KeptAboutMe, KeptView
from bot.domain.messages import CallKind
from bot.domain.news import LastLine, LastLines, SentFrom
from bot.domain.reactions import EpisodeOfMessage
from bot.storage import attachments
from bot.storage.dialogs import Addressee
from bot.storage.tables import address, case, episode, message, outbox, request, request_stage, score, term

MOST_REQUESTS = 10
MOST_LINES = 6
"""Of a conversation, told again."""


async def load(tx: AsyncConnection, query: Query, who: Addressee) -> object:
    """The answer to a query, as its docstring in ``domain.decision`` tells."""
    match query:
        case KeptAboutMe():
            return await _kept(tx, who)
        case MyRequests():
            return tuple(await _requests(tx, who, None))
        case RequestByNumber(number):
            return next(iter(await _requests(tx, who, request.c.number == number)), None)
        case RequestByToken(token):
            return next(iter(await _requests(tx, who, request.c.token == token)), None)
        case RequestById(id_):
            return next(iter(await _requests(tx, who, request.c.id == id_)), None)
        case CaseById(id_):
            return await _case(tx, who, id_)
        case FilesOf():
            return await attachments.found(tx, query, who)
        case EpisodeById(id_):
            return await _episode(tx, who, episode.c.id == id_)
        case EpisodeOfMessage(named):
            asked = outbox.c.episode_id == episode.c.id
            sent = (outbox.c.address_id == who.id, outbox.c.state == "sent", outbox.c.episode_id.is_not(None))
            is_it = cast(outbox.c.result, JSON)["message"].as_string() == named
            return await _episode(tx, who, exists().where(asked, *sent, is_it))
        case SentFrom(source):
            rows = await tx.execute(_SENT_FROM, {"address": who.id, "source": source, "kind": CallKind.MESSAGE.value})
            return tuple(row.id for row in rows)
        case LastLines():
            return await _last_lines(tx, who)
        case _:
            assert_never(query)


async def _requests(tx: AsyncConnection, who: Addressee, where: ColumnElement[bool] | None) -> list[RequestView]:
    found = (
        select(request)
        .join(address, address.c.id == request.c.address_id)
        .where(address.c.client_id == who.client_id)
        .order_by(request.c.id.desc())
        .limit(MOST_REQUESTS)
    )
    rows = (await tx.execute(found if where is None else found.where(where))).all()
    if not rows:
        return []
    reached: dict[int, list[StageReached]] = {}
    stages = await tx.execute(
        select(request_stage)
        .where(request_stage.c.request_id.in_([row.id for row in rows]))
        .order_by(request_stage.c.id)
    )
    for stage in stages:
        reached.setdefault(stage.request_id, []).append(
            StageReached(stage.stage, stage.at, stage.reason or "", stage.advice or "")
        )
    return [
        RequestView(
            row.id, row.number, row.service, row.stage, row.created_at, row.due_at, tuple(reached.get(row.id, ()))
        )
        for row in rows
    ]


async def _case(tx: AsyncConnection, who: Addressee, case_id: int) -> CaseView | None:
    last = select(term.c.policy).where(term.c.case_id == case.c.id).order_by(term.c.id.desc()).limit(1)
    row = (
        await tx.execute(
            select(case, last.scalar_subquery().label("policy")).where(
                case.c.id == case_id, case.c.address_id == who.id
            )
        )
    ).first()
    if row is None:
        return None
    return CaseView(row.id, row.reason, row.team, row.policy or "", row.request_id, row.closed_at is not None)


_SENT_FROM = text("""
    SELECT o.id FROM (
        SELECT id FROM message WHERE address_id = :address AND direction = 'out' AND staff_id IS NOT NULL
        ORDER BY id DESC LIMIT 100) AS m
    JOIN outbox o ON o.message_id = m.id
    WHERE o.kind = :kind AND CAST(o.body AS json) ->> 'source' = :source ORDER BY o.id
""")


async def _last_lines(tx: AsyncConnection, who: Addressee) -> tuple[LastLine, ...]:
    said = (message.c.address_id == who.id, message.c.text.is_not(None), message.c.direction.in_(("in", "out")))
    rows = await tx.execute(
        select(message.c.direction, message.c.text).where(*said).order_by(message.c.id.desc()).limit(MOST_LINES)
    )
    return tuple(LastLine(row.direction == "in", row.text) for row in reversed(rows.all()))


async def _episode(tx: AsyncConnection, who: Addressee, where: ColumnElement[bool]) -> EpisodeView | None:
    row = (
        await tx.execute(
            select(episode, score.c.value)
            .join(address, address.c.id == episode.c.address_id)
            .outerjoin(score, score.c.episode_id == episode.c.id)
            .where(where, address.c.client_id == who.client_id)
        )
    ).first()
    return EpisodeView(row.id, row.kind, row.slug, row.value, row.helped) if row else None


_KEPT = text("""
    WITH mine AS (SELECT id, created_at FROM address WHERE client_id = :client)
    SELECT (SELECT min(created_at) FROM mine) AS since,
           (SELECT count(*) FROM message
            WHERE address_id IN (SELECT id FROM mine) AND direction IN ('in', 'out')) AS messages,
           (SELECT count(*) FROM episode e JOIN score s ON s.episode_id = e.id
            WHERE e.address_id IN (SELECT id FROM mine)) AS scores,
           ARRAY(SELECT ref FROM (SELECT DISTINCT ON (kind, lookup) ref, created_at FROM personal
                                  WHERE client_id = :client ORDER BY kind, lookup, created_at DESC) AS p
                 ORDER BY created_at DESC LIMIT 10) AS personal,
           ARRAY(SELECT number FROM request WHERE address_id IN (SELECT id FROM mine) AND number IS NOT NULL
                 ORDER BY id DESC LIMIT 20) AS requests
""")


async def _kept(tx: AsyncConnection, who: Addressee) -> KeptView:
    row = (await tx.execute(_KEPT, {"client": who.client_id})).one()
    return KeptView(row.since, row.messages, row.scores, tuple(row.personal), tuple(row.requests))
