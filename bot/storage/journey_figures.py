"""What feeds a journey map: how its services and answers were taken, and what was asked there without a good answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from bot.storage.session import Tx


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one service or answer in some time."""

    scores: int = 0
    mean: float | None = None
    told: int = 0
    """How many said whether it helped."""
    helped: int = 0
    gaps: Sequence[int] = ()
    """Open ones whose questions came to it, the largest first."""


_TAKEN = text("""
    SELECT e.slug, count(s.value) AS scores, avg(s.value) AS mean, count(e.helped) AS told,
           count(*) FILTER (WHERE e.helped) AS helped
    FROM episode e LEFT JOIN score s ON s.episode_id = e.id
    WHERE e.slug = ANY (:slugs) AND e.opened_at >= :since GROUP BY e.slug
""")
_GAPS = text("""
    SELECT q.slug, g.id FROM gap g JOIN gap_question m ON m.gap_id = g.id JOIN question q ON q.id = m.question_id
    WHERE q.slug = ANY (:slugs) AND g.draft_id IS NULL AND g.dismissed_at IS NULL
    GROUP BY q.slug, g.id ORDER BY q.slug, count(*) DESC, g.id
""")


async def taken(tx: Tx, slugs: Sequence[str], since: dt.datetime) -> Mapping[str, Taken]:
    """By slug; what nobody has scored or asked in vain is absent."""
    gaps: dict[str, list[int]] = {}
    for row in await tx.execute(_GAPS, {"slugs": slugs}):
        gaps.setdefault(row.slug, []).append(row.id)
    rows = {row.slug: row for row in await tx.execute(_TAKEN, {"slugs": slugs, "since": since})}
    found = {slug: Taken(gaps=gaps[slug]) for slug in gaps}
    for slug, row in rows.items():
        mean = None if row.mean is None else float(row.mean)
        found[slug] = Taken(row.scores, mean, row.told, row.helped, gaps.get(slug, ()))
    return found
