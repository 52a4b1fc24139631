"""What the check of a text finds. Positions count characters from the beginning of the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LONGEST: Mapping[str, int] = {"ru": 20, "en": 25}
"""Words of a sentence that is easily read; English needs more of them to say the same."""

FEW_WORDS = 20
"""Of fewer words the figure tells too little to be shown or held to a limit."""


class Kind(StrEnum):
    """What makes a text hard to read."""

    FIGURE = "figure"
    """The whole text is below the figure asked for; only ``knowledge_base.plainness`` says so."""
    LONG_SENTENCE = "long_sentence"
    OFFICIALESE = "officialese"
    PASSIVE = "passive"
    VERBAL_NOUN = "verbal_noun"
    """An action told by a noun: «при предоставлении документов»."""
    GENITIVES = "genitives"
    """A chain of nouns in the genitive: «порядок рассмотрения обращений граждан области»."""
    ABBREVIATION = "abbreviation"
    """Capitals that the text does not explain."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """``words`` counts its words; figures in digits and placeholders are none."""

    start: int
    length: int
    words: int


@dataclass(frozen=True, slots=True)
class Remark:
    """``suggestion`` says it plainer, in the language of the text; empty where it can only be written anew."""

    kind: Kind
    start: int
    length: int
    suggestion: str = ""


def quoted(text: str, part: Sentence | Remark, most: int) -> str:
    """The words of a part on one line, cut to ``most`` characters."""
    words = " ".join(text[part.start : part.start + part.length].split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Review:
    """``figure``: 0 (hardest) to 100 (easiest); None without words or without a formula for the language.

    Remarks are in the order of the text.
    """

    figure: int | None
    words: int
    sentences: tuple[Sentence, ...]
    remarks: tuple[Remark, ...]

    @property
    def ease(self) -> int | None:
        """The figure where there are words enough for it to tell something."""
        return self.figure if self.words >= FEW_WORDS else None
