"""The first content of the register of touchpoints; from then on staff propose and accept its rows at the desk."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from knowledge_base.basics import Model, Slug

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Need(StrEnum):
    """What a client comes to a touchpoint for: the nine kinds that the register tells apart."""

    INFORMATION = "information"
    """Information, and how the matter goes on."""
    CONSULTATION = "consultation"
    FORMS = "forms"
    SUBMISSION = "submission"
    RESULT = "result"
    INSPECTION = "inspection"
    """An object is shown to be inspected."""
    FEEDBACK = "feedback"
    FEEDBACK_RESULT = "feedback-result"
    OTHER = "other"


class Touchpoint(Model):
    """Where clients of a process meet the agency. Unique by process and place: stages of a process add needs."""

    slug: Slug
    process: Name
    place: Name
    """The touchpoint itself: «Telegram», «приём в министерстве»."""
    needs: Annotated[tuple[Need, ...], Field(min_length=1)]
    digital: bool
    main: bool
    """A key one; else little used."""
    basis: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    """The document or instruction by which it works."""
    counted: bool
    """Whether contacts in it are counted."""
