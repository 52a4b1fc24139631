"""Answers that are to be read again: whose, by when, and what happens once nobody has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain import terms
from bot.domain.speech import Lines, Ref, Say, When, WhenStyle, say
from knowledge_base.schema import GUIDANCE, Guidance, Pack, Service, Template


class Mark(StrEnum):
    """What an owner is told of, each once for each date."""

    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """What is kept true by a team, and whose date is near, or past."""

    review_by: dt.date
    kind: str
    """``template``, ``service``, or a kind of what staff write by (``canned`` ...)."""
    slug: str
    owner: str
    mark: Mark


def mark_of(pack: Pack, review_by: dt.date, today: dt.date) -> Mark | None:
    """How things stand with this date; None: there is time. The date itself is the last good day."""
    if review_by < today:
        return Mark.OVERDUE
    return Mark.SOON if (review_by - today).days <= pack.agency.reviews.remind_days else None


def due(pack: Pack, today: dt.date) -> list[Due]:
    """All that has a mark, the oldest date first."""
    return sorted(_due(pack, today))


def _due(pack: Pack, today: dt.date) -> Iterator[Due]:
    kinds: list[tuple[str, Mapping[str, Template | Service | Guidance]]]
    kinds = [("template", pack.templates), ("service", pack.services)]
    kinds += [(kind, getattr(pack, kind)) for kind in GUIDANCE]
    for kind, items in kinds:
        for slug, item in items.items():
            mark = mark_of(pack, item.review_by, today)
            if mark is not None:
                yield Due(item.review_by, kind, slug, item.owner, mark)


def expired(pack: Pack, slug: str, now: dt.datetime) -> bool:
    """Whether a person is to answer instead of this template: it proved wrong, or the pack wants so by now."""
    template, grace = pack.templates.get(slug), pack.agency.reviews.hand_over_after_days
    if template is None or grace is None:
        return template is not None and template.withdrawn
    return template.withdrawn or (terms.day_of(now, pack.agency.timezone) - template.review_by).days > grace


def reminder(pack: Pack, team: str, mark: Mark, found: Sequence[Due]) -> Say:
    """What an owner is told of his answers, all in one message."""
    key = "staff.review_overdue" if mark is Mark.OVERDUE else "staff.review_soon"
    return say(key, team=Ref(f"team/{team}"), answers=Lines(tuple(_line(pack, one) for one in found)))


def _line(pack: Pack, one: Due) -> Ref:
    day = dt.datetime.combine(one.review_by, dt.time(12), ZoneInfo(pack.agency.timezone))
    return Ref("staff.review_line", {"title": Ref(f"{one.kind}/{one.slug}/title"), "day": When(day, WhenStyle.DAY)})
