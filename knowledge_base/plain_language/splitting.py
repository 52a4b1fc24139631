"""A text as sentences of words, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge_base.plain_language.word_list import words_of

_NO_WORDS = re.compile(r"\{[^{}\n]*\}|https?://\S+|\S+@\S+\.\S+")
"""Placeholders and addresses: nobody reads them word by word."""
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_END = re.compile(r"\n+|[.!?…]+[\"'»“”’)\]*]*(?=\s|$)")
_LAST_WORD = re.compile(r"[^\W\d_]+$")


@dataclass(frozen=True, slots=True)
class Word:
    """``plain``: in lower case, ё as е."""

    text: str
    plain: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Split:
    """A sentence from ``start`` to ``end``; it has at least one word."""

    start: int
    end: int
    words: tuple[Word, ...]


def split(text: str) -> tuple[Split, ...]:
    """Sentences in order. A line always ends one; a full stop of an abbreviation («ул. Советская») does not."""
    # As many blanks as were there: every place stays what it is in the text.
    bare = _NO_WORDS.sub(lambda found: " " * len(found[0]), text)
    ends = [found.end() for found in _END.finditer(bare) if _ends(bare, found)]
    starts = [0, *ends]
    found = (_sentence(bare, start, end) for start, end in zip(starts, [*ends, len(text)], strict=True))
    return tuple(one for one in found if one is not None)


def together(text: str, words: Sequence[Word]) -> bool:
    """Whether nothing but blanks stands between neighbours."""
    return all(text[one.end : two.start].isspace() for one, two in pairwise(words))


def _ends(text: str, found: re.Match[str]) -> bool:
    if found[0].startswith("\n"):
        return True
    follows = text[found.end() :].lstrip()
    if follows[:1].islower():
        return False
    if found[0][0] != "." or not follows:
        return True
    before = _LAST_WORD.search(text, max(0, found.start() - 20), found.start())
    if before is None:
        return True
    # A single letter is an initial or the last of «и т. д.»; a sentence hardly ends with one.
    return len(before[0]) > 1 and before[0].casefold() not in words_of("before_names")


def _sentence(text: str, start: int, end: int) -> Split | None:
    words = tuple(
        Word(one[0], one[0].lower().replace("ё", "е"), one.start()) for one in _WORD.finditer(text, start, end)
    )
    if not words:
        return None
    piece = text[start:end]
    return Split(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()), words)
