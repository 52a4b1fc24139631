"""What every part of a pack is made of: names, texts by language, the strictness of models."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=80)]
NonBlank = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Localized = dict[Language, NonBlank]
"""Text per language code; the pack's default language must be present."""


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
