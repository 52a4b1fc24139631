"""Journey maps: what clients of a kind live through in a life situation. For staff; no client reads them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from knowledge_base.basics import Localized, Model, NonBlank, Slug


class JourneyStep(Model):
    """One step, in the agency's own language."""

    title: NonBlank
    needs: tuple[NonBlank, ...] = ()
    actions: tuple[NonBlank, ...] = ()
    """What the client does."""
    services: tuple[Slug, ...] = ()
    """Services and answers that he uses: their scores and gaps stand in the map."""
    touchpoints: tuple[Slug, ...] = ()
    """Declared in ``touchpoints.yml``."""
    positives: tuple[NonBlank, ...] = ()
    problems: tuple[NonBlank, ...] = ()
    emotion: Annotated[int, Field(ge=-2, le=2)] = 0
    """From -2, very hard, to 2, a joy."""


class Journey(Model):
    slug: Slug
    title: Localized
    situation: Slug | None = None
    segment: Slug | None = None
    owner: Slug
    """Team that keeps it true."""
    steps: Annotated[tuple[JourneyStep, ...], Field(min_length=1, max_length=12)]
