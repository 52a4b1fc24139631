"""How an agency keeps its answers up to date."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from knowledge_base.basics import Model


class Reviews(Model):
    """``reviews`` of ``pack.yml``: what happens around the date by which an answer is to be read again."""

    remind_days: Annotated[int, Field(ge=0, le=365)] = 14
    """Days before it on which the owner is reminded."""
    hand_over_after_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    """Days after it from which a person answers instead of the template; none: the template goes on."""
