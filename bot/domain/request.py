"""The life of a request: which stages follow, which end it, by when each is to end."""

from __future__ import annotations

import datetime as dt

from bot.domain import terms
from knowledge_base.schema import Pack, Service, Stage


def path(service: Service) -> tuple[Stage, ...]:
    """The stages that a request passes when all goes well."""
    return tuple(stage for stage in service.stages if not stage.refusal)


def stage_of(service: Service, slug: str) -> Stage | None:
    return next((stage for stage in service.stages if stage.slug == slug), None)


def is_over(service: Service, slug: str) -> bool:
    """Whether nothing follows this stage."""
    stage = stage_of(service, slug)
    return stage is not None and (stage.final or stage.refusal)


def moves(service: Service, current: str) -> tuple[Stage, ...]:
    """Where a person may move a request: on along its path, or to a refusal. Back only by reopening."""
    if is_over(service, current):
        return ()
    return (*_ahead(service, current), *(stage for stage in service.stages if stage.refusal))


def passed(service: Service, current: str, *, final: bool) -> tuple[Stage, ...]:
    """Stages passed when a person takes the request in hand, or (``final``) is done with it."""
    if is_over(service, current):
        return ()
    ahead = _ahead(service, current)
    return ahead if final else ahead[:-1]


def before_end(service: Service) -> Stage:
    """Where a reopened request stands: in work again."""
    stages = path(service)
    return next((stage for stage in reversed(stages) if not stage.final), stages[0])


def ends_by(service: Service, slug: str, created: dt.datetime, timezone: str) -> dt.datetime | None:
    """By when a request has to leave a stage."""
    stage = stage_of(service, slug)
    if stage is None or is_over(service, slug):
        return None
    days = stage.days if stage.days is not None else service.days
    return None if days is None else terms.days_later(timezone, created, days)


def over(pack: Pack) -> tuple[tuple[str, str], ...]:
    """(service, stage) of every end."""
    return tuple(
        (service.slug, stage.slug)
        for service in pack.services.values()
        for stage in service.stages
        if stage.final or stage.refusal
    )


def _ahead(service: Service, current: str) -> tuple[Stage, ...]:
    stages = path(service)
    slugs = [stage.slug for stage in stages]
    return stages[(slugs.index(current) if current in slugs else 0) + 1 :]
