"""How plain the texts of a pack must be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from knowledge_base.basics import Language, Model, NonBlank
from knowledge_base.plain_language.result import LONGEST, Kind


class PlainLanguage(Model):
    """``plain_language`` of ``pack.yml``: the limits that ``otklik kb check`` holds texts to."""

    figure: Annotated[int, Field(ge=0, le=100)] = 30
    """Least reading ease, 0 to 100, of a text of twenty words and more."""
    sentence_words: dict[Language, Annotated[int, Field(ge=1, le=200)]] = Field(default_factory=lambda: dict(LONGEST))
    """Words that a sentence may have, by language."""
    known: tuple[NonBlank, ...] = ()
    """Abbreviations that this agency's clients know, in capitals."""
    blocks: tuple[Kind, ...] = ()
    """Kinds of remarks that are faults, so that the pack is not published; all others are warnings."""
