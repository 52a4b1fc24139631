"""A text as sentences of words, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge_base.plain_language.word_list import words_of

_PLACEHOLDER = re.compile(r"\{[^{}\s]{0,80}\}")
_PIECE = re.compile(r"\S+")
_AFTER_ADDRESS = ".,;:!?)»\"'"
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_END = re.compile(r"\n++|(?<![.!?…])[.!?…]++[\"'»“”’)\]*]*+(?=\s|$)")
_NEXT = re.compile(r"\s*+(\S?)")
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
    bare = _PIECE.sub(_without_address, _PLACEHOLDER.sub(_blanks, text))
    ends = [found.end() for found in _END.finditer(bare) if _ends(bare, found)]
    starts = [0, *ends]
    found = (_sentence(bare, start, end) for start, end in zip(starts, [*ends, len(text)], strict=True))
    return tuple(one for one in found if one is not None)


def together(text: str, words: Sequence[Word]) -> bool:
    """Whether nothing but blanks stands between neighbours."""
    return all(text[one.end : two.start].isspace() for one, two in pairwise(words))


def _blanks(found: re.Match[str]) -> str:
    """As many as there were characters: every place stays what it is in the text."""
    return " " * len(found[0])


def _without_address(found: re.Match[str]) -> str:
    """Addresses of pages and mail are not read word by word."""
    piece = found[0]
    if "@" not in piece and "://" not in piece:
        return piece
    kept = piece.rstrip(_AFTER_ADDRESS)
    return " " * len(kept) + piece[len(kept) :]


def _ends(text: str, found: re.Match[str]) -> bool:
    if found[0].startswith("\n"):
        return True
    after = _NEXT.match(text, found.end())
    follows = after[1] if after else ""
    if follows.islower():
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
