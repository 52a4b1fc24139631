"""Office hours and response terms: a part of ``knowledge_base.schema``, through which it is seen."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from knowledge_base.basics import Localized, Model, NonBlank, Slug


class Interval(Model):
    """Working time within a day, ``HH:MM``; an end before the start runs past midnight."""

    start: dt.time
    end: dt.time


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Calendar(Model):
    """Office hours. A day in ``days`` overrides its weekday; empty means closed."""

    slug: Slug
    timezone: NonBlank
    week: dict[Weekday, tuple[Interval, ...]]
    days: dict[dt.date, tuple[Interval, ...]] = Field(default_factory=dict)


class Policy(Model):
    """Response terms of a case."""

    slug: Slug
    title: Localized
    calendar: Slug | None = None
    """Office calendar the term runs in; none: round the clock."""
    first_answer_minutes: Annotated[int, Field(gt=0)]
    next_answer_minutes: Annotated[int, Field(gt=0)]
    warn_share: Annotated[float, Field(gt=0, lt=1)] = 0.75
    """Share of the term after which the team is warned."""
    supervisor_minutes: Annotated[int, Field(ge=0)] = 30
    """Minutes past the term after which the supervisor is told."""
    pauses_for_bodies: bool = False
    """The term stands still while another body is asked; otherwise it runs on."""


class Body(Model):
    """Another body that staff ask in a client's matter: a ministry, a registry, a municipality."""

    slug: Slug
    title: Localized
    """As a client reads it after a colon: "Росреестр"."""
    days: Annotated[int, Field(gt=0, le=365)] = 7
    """Calendar days that are offered as its term."""
