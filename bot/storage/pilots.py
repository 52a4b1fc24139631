"""Pilots: which release some of the clients get first, and how both sides do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import Row, insert, select, text, update

from bot.domain.messages import Channel
from bot.domain.pilots import Audience, Ended, Pilot, Sample, Scores, share
from bot.domain.profile import Profile
from bot.storage.session import Tx
from bot.storage.tables import pilot


async def running(tx: Tx) -> Pilot | None:
    row = (await tx.execute(select(pilot).where(pilot.c.ended_at.is_(None)))).first()
    return _pilot(row) if row else None


async def last(tx: Tx) -> tuple[Pilot, Ended | None, dt.datetime | None] | None:
    """The one that runs, else the one that ended last: how and when."""
    row = (await tx.execute(select(pilot).order_by(pilot.c.release.desc()).limit(1))).first()
    return (_pilot(row), Ended(row.ended) if row.ended else None, row.ended_at) if row else None


async def begin(tx: Tx, made: Pilot) -> None:
    row = {"segment": made.audience.segment, "share": made.audience.share, "started_at": made.started_at}
    await tx.execute(insert(pilot).values(release=made.release, general=made.general, **row))


async def end(tx: Tx, ended: Ended, now: dt.datetime) -> None:
    """The one that runs, if one does: from now on the newest release is everybody's."""
    await tx.execute(update(pilot).where(pilot.c.ended_at.is_(None)).values(ended=ended.value, ended_at=now))


async def clients_of(tx: Tx, keys: Sequence[tuple[Channel, str]]) -> Mapping[tuple[Channel, str], tuple[int, Profile]]:
    """Who writes from these addresses, of those who wrote before."""
    channels, ids = sorted({key[0].value for key in keys}), sorted({key[1] for key in keys})
    rows = await tx.execute(_CLIENTS, {"channels": channels, "ids": ids})
    return {
        (Channel(row.channel), row.external_id): (row.client_id, Profile(row.segment or "", row.situation or ""))
        for row in rows
    }


_CLIENTS = text("""
    SELECT a.channel, a.external_id, a.client_id, p.segment, p.situation
    FROM address a LEFT JOIN profile p ON p.client_id = a.client_id
    WHERE a.channel = ANY (:channels) AND a.external_id = ANY (:ids)
""")


def _pilot(row: Row[tuple[object, ...]]) -> Pilot:
    return Pilot(row.release, row.general, Audience(row.segment, row.share), row.started_at)


# --- how it does ----------------------------------------------------------------

_SCORES = text("""
    WITH whose AS (
        SELECT a.id FROM address a LEFT JOIN profile p ON p.client_id = a.client_id
        WHERE :segment = '' OR p.segment = :segment),
    said AS (
        SELECT m.address_id, m.outcome FROM message m
        WHERE m.release = :release AND m.direction = 'in' AND m.at >= :since AND m.at < :until
          AND m.address_id IN (SELECT id FROM whose)),
    opened AS (
        SELECT e.helped, s.value FROM episode e LEFT JOIN score s ON s.episode_id = e.id
        WHERE e.release = :release AND e.opened_at >= :since AND e.opened_at < :until
          AND e.address_id IN (SELECT id FROM whose))
    SELECT (SELECT count(DISTINCT address_id) FROM said) AS clients, s.*, o.*
    FROM (SELECT count(*) FILTER (WHERE outcome ~ :questions) AS asked,
                 count(*) FILTER (WHERE outcome ~ '^(unknown|clarify[.]other)') AS unanswered,
                 count(*) FILTER (WHERE outcome ~ '^handoff[.]' AND outcome ~ :questions) AS handed
          FROM said) AS s,
         (SELECT count(value) AS scored, coalesce(sum(value), 0) AS total, coalesce(sum(value * value), 0) AS squares,
                 count(helped) AS told, count(*) FILTER (WHERE helped) AS helped FROM opened) AS o
""")
_QUESTIONS = "^(answer|clarify([.]other)?|unknown([.]language)?|handoff[.](asked|rule|broken|overdue))$"
"""Outcomes of messages that asked for something: answered, asked back, not known, or handed to a person."""


async def scores(tx: Tx, of: int, segment: str, since: dt.datetime, until: dt.datetime) -> Scores:
    """Of the clients of a release in a time; of one segment only, unless it is empty."""
    span = {"release": of, "segment": segment, "since": since, "until": until, "questions": _QUESTIONS}
    row = (await tx.execute(_SCORES, span)).one()
    return Scores(
        row.clients,
        Sample(row.scored, float(row.total), float(row.squares)),
        share(row.helped, row.told),
        share(row.unanswered, row.asked),
        share(row.handed, row.asked),
    )
