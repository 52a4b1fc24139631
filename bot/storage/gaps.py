"""Gaps: which questions they are of, what they weigh, what became of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, text, update

from bot.domain.gaps import HALF_LIFE, LOW, PERIOD, STAFF_MOST, STAFF_STEP, Asked, Gap, Quality, State
from bot.storage.moderation_tables import gap, gap_question
from bot.storage.session import Tx

LOCK = 7_154_202_612
"""Advisory lock of whoever puts questions into groups."""

_BAD = f"""
    (q.outcome IN ('unknown', 'not_helped') OR q.helped IS FALSE OR q.score <= {LOW}
     OR q.staff_answer IS NOT NULL AND q.outcome <> 'command')
"""
"""A question that had no good answer: none, one that did not help or was scored low, or staff's own."""


# --- grouping ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """What a gap is compared by."""

    meaning: bytes
    words: Mapping[str, int]
    size: int
    encoder: str


async def lock(tx: Tx) -> bool:
    """Whether nobody else groups questions now, until the end of this transaction."""
    return bool((await tx.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK})).scalar_one())


_UNGROUPED = text(f"""
    SELECT q.id, q.text FROM question q
    WHERE {_BAD} AND NOT EXISTS (SELECT FROM gap_question g WHERE g.question_id = q.id)
    ORDER BY q.at, q.id LIMIT :most
""")


async def ungrouped(tx: Tx, most: int) -> list[tuple[int, str]]:
    """Questions without a good answer that are in no group yet, oldest first."""
    return [(row.id, row.text) for row in await tx.execute(_UNGROUPED, {"most": most})]


async def kept(tx: Tx) -> dict[int, Kept]:
    """Every gap, by number."""
    rows = await tx.execute(gap.select().order_by(gap.c.id))
    return {row.id: Kept(row.meaning, json.loads(row.words), row.size, row.encoder) for row in rows}


_STALE = text("""
    SELECT g.id, array_agg(q.text ORDER BY q.at, q.id) FILTER (WHERE q.id IS NOT NULL) AS texts
    FROM gap g LEFT JOIN gap_question m ON m.gap_id = g.id LEFT JOIN question q ON q.id = m.question_id
    GROUP BY g.id, g.size, g.encoder
    HAVING count(q.id) <> g.size OR g.encoder <> :encoder ORDER BY g.id LIMIT :most
""")


async def stale(tx: Tx, encoder: str, most: int) -> dict[int, Sequence[str]]:
    """Gaps whose questions are not those that they are compared by, and the questions."""
    rows = await tx.execute(_STALE, {"encoder": encoder, "most": most})
    return {row.id: row.texts or [] for row in rows}


async def begin(tx: Tx, what: Kept, now: dt.datetime) -> int:
    """A new gap. Returns its number."""
    made: int = (await tx.execute(insert(gap).values(**_row(what), opened_at=now).returning(gap.c.id))).scalar_one()
    return made


async def keep(tx: Tx, number: int, what: Kept) -> None:
    await tx.execute(update(gap).where(gap.c.id == number).values(**_row(what)))


async def drop(tx: Tx, number: int) -> None:
    """Nothing is left of it."""
    await tx.execute(gap.delete().where(gap.c.id == number))


async def join(tx: Tx, of: Mapping[int, int]) -> None:
    """Questions (number) become some gap's."""
    await tx.execute(
        insert(gap_question), [{"question_id": question, "gap_id": number} for question, number in of.items()]
    )


async def move(tx: Tx, questions: Sequence[int], source: int, target: int) -> int:
    """Questions of one gap go to another. Returns how many."""
    moved = update(gap_question).where(gap_question.c.question_id.in_(questions), gap_question.c.gap_id == source)
    return (await tx.execute(moved.values(gap_id=target))).rowcount


async def merge(tx: Tx, source: int, target: int) -> None:
    """All questions of one gap go to another."""
    await tx.execute(update(gap_question).where(gap_question.c.gap_id == source).values(gap_id=target))


def _row(what: Kept) -> dict[str, Any]:
    words = json.dumps(dict(what.words), ensure_ascii=False)
    return {"meaning": what.meaning, "words": words, "size": what.size, "encoder": what.encoder}


# --- reading -------------------------------------------------------------------

_GAPS = """
    SELECT g.id, g.reason, g.dismissed_at, d.slug, d.state AS draft, d.release, r.at AS released_at,
           count(*) AS asked, max(q.at) AS last_at, avg(q.score) AS score,
           count(*) FILTER (WHERE q.outcome = 'unknown') AS unanswered,
           count(*) FILTER (WHERE q.helped IS FALSE OR q.outcome = 'not_helped') AS not_helped,
           sum(least(coalesce(q.staff_seconds, 0), :staff_most)) AS staff_seconds,
           count(q.staff_answer) AS answers,
           count(*) FILTER (WHERE q.at >= :recent) AS recent,
           count(*) FILTER (WHERE q.at < :recent AND q.at >= :before) AS before,
           count(*) FILTER (WHERE q.at > r.at) AS after,
           sum(power(0.5, greatest(extract(epoch FROM CAST(:now AS timestamptz) - q.at), 0) / :half_life) * (
               1 + CASE WHEN q.score IS NOT NULL THEN (5 - q.score) / 4.0
                        WHEN q.outcome IN ('unknown', 'not_helped') OR q.helped IS FALSE THEN 1 ELSE 0.5 END
               + least(coalesce(q.staff_seconds, 0), :staff_most) / :staff_step)) AS weight
    FROM gap g JOIN gap_question m ON m.gap_id = g.id JOIN question q ON q.id = m.question_id
    LEFT JOIN draft d ON d.id = g.draft_id AND d.state <> 'dropped' LEFT JOIN release r ON r.number = d.release
"""
_ALL = text(f"{_GAPS} GROUP BY g.id, d.id, r.number")
_ONE = text(f"{_GAPS} WHERE g.id = :gap GROUP BY g.id, d.id, r.number")


async def every(tx: Tx, now: dt.datetime) -> list[Gap]:
    """Those that have questions, the weightiest first. The formula: ``domain.gaps``."""
    found = [_gap(row) for row in await tx.execute(_ALL, _measures(now))]
    return sorted(found, key=lambda one: (-one.weight, one.id))


async def by_id(tx: Tx, number: int, now: dt.datetime) -> Gap | None:
    row = (await tx.execute(_ONE, {**_measures(now), "gap": number})).first()
    return _gap(row) if row else None


def _measures(now: dt.datetime) -> dict[str, object]:
    return {
        "now": now,
        "recent": now - PERIOD,
        "before": now - 2 * PERIOD,
        "half_life": HALF_LIFE.total_seconds(),
        "staff_step": STAFF_STEP.total_seconds(),
        "staff_most": int(STAFF_MOST.total_seconds()),
    }


def _gap(row: Row[Any]) -> Gap:
    state = State.OPEN
    if row.dismissed_at is not None:
        state = State.DISMISSED
    elif row.release is not None:
        state = State.CLOSED
    elif row.draft is not None:
        state = State.DRAFTED
    return Gap(
        row.id,
        state,
        float(row.weight),
        row.asked,
        row.unanswered,
        row.not_helped,
        float(row.score) if row.score is not None else None,
        int(row.staff_seconds),
        row.answers,
        row.recent,
        row.before,
        row.last_at,
        row.slug or "",
        row.release,
        row.released_at,
        row.after,
        row.reason or "",
    )


_ASKED = text("""
    SELECT gap_id, q.* FROM (
        SELECT m.gap_id, q.id, q.at, q.text, q.outcome, q.slug, q.language, q.helped, q.score, q.staff_seconds,
               q.staff_answer,
               row_number() OVER (PARTITION BY m.gap_id ORDER BY q.staff_answer IS NULL, q.at DESC, q.id) AS place
        FROM gap_question m JOIN question q ON q.id = m.question_id
        WHERE m.gap_id = ANY (CAST(:gaps AS bigint[]))) AS q
    WHERE place <= :most ORDER BY gap_id, place
""")


async def asked(tx: Tx, gaps: Sequence[int], most: int) -> dict[int, list[Asked]]:
    """Questions of some gaps, at most so many of each: those that staff have answered first, the newest before."""
    found: dict[int, list[Asked]] = {number: [] for number in gaps}
    for row in await tx.execute(_ASKED, {"gaps": list(gaps), "most": most}):
        found[row.gap_id].append(
            Asked(
                row.id,
                row.at,
                row.text,
                row.outcome,
                row.slug or "",
                row.language or "",
                row.helped,
                row.score,
                row.staff_seconds,
                row.staff_answer or "",
            )
        )
    return found


_QUALITY = text("""
    SELECT count(*) AS answered, count(*) FILTER (WHERE helped) AS helped,
           count(*) FILTER (WHERE helped IS FALSE) AS not_helped, avg(score) AS score
    FROM question WHERE slug = :slug AND outcome = 'answer' AND at >= :since AND at < :until
""")


async def quality(tx: Tx, slug: str, since: dt.datetime, until: dt.datetime) -> Quality:
    """How a template's answers were taken."""
    row = (await tx.execute(_QUALITY, {"slug": slug, "since": since, "until": until})).one()
    return Quality(row.answered, row.helped, row.not_helped, float(row.score) if row.score is not None else None)


# --- deciding ------------------------------------------------------------------


async def drafted(tx: Tx, number: int, draft: int) -> None:
    """This draft is to answer it."""
    await tx.execute(update(gap).where(gap.c.id == number).values(draft_id=draft, dismissed_at=None, reason=None))


async def dismiss(tx: Tx, number: int, actor: int, reason: str, now: dt.datetime) -> None:
    values = {"dismissed_by": actor, "dismissed_at": now, "reason": reason}
    await tx.execute(update(gap).where(gap.c.id == number).values(**values))


async def bring_back(tx: Tx, number: int) -> None:
    """It is a gap after all."""
    await tx.execute(update(gap).where(gap.c.id == number).values(dismissed_by=None, dismissed_at=None, reason=None))
