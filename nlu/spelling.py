"""Misspelt words become words of the pack, or of the language where the pack has none near.

People misspell by ear («ипатека», «зарегестрировать») and by slips of a finger («докумнты»). The first is
undone by comparing words by their sound, the second by a distance of one in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from nlu.cleaning import tidy
from nlu.language_data import colloquial, letters
from nlu.words import alike, forms, is_function_word, is_russian_word, tokens

if TYPE_CHECKING:
    from knowledge_base.schema import Pack, Service, Template

_WORD = re.compile(r"(?<![^\W_])[а-я]{2,30}(?![^\W_])")
LEAST_LETTERS = 4
_DOUBLED = re.compile(r"(.)\1+")
LEAST_FOR_SLIPS = 5
"""Letters from which on a slip of a finger is looked for: a shorter word is one letter from many."""
LEAST_FOR_JOINED = 8
_PIECES = 5
_KEPT = 20_000
"""Words whose mending is remembered."""


class Spelling:
    """The words of a pack, and how others are brought back to them. Safe to share between threads."""

    def __init__(self, typed: Iterable[str], written: Iterable[str]) -> None:
        """``typed`` are samples, misspelt ones among them; ``written`` are texts of the agency. Both cleaned."""
        as_written = Counter(word for text in written for word in tokens(text))
        as_typed = Counter(word for text in typed for word in tokens(text))
        self._known = as_typed + as_written
        self._by_sound: dict[str, list[str]] = {}
        self._by_slip: dict[str, list[str]] = {}
        for word in self._known:
            if len(word) >= LEAST_LETTERS and _WORD.fullmatch(word) and (word in as_written or is_russian_word(word)):
                self._by_sound.setdefault(sound(word), []).append(word)
        for spoken in self._by_sound:
            if len(spoken) >= LEAST_FOR_SLIPS - 1:
                for shorter in _without_one(spoken):
                    self._by_slip.setdefault(shorter, []).append(spoken)
        self._mended: dict[str, str] = {}

    def mended(self, text: str) -> str:
        """A cleaned text with its misspelt Russian words mended; every other word stays."""
        return _WORD.sub(self._mend, text)

    def _mend(self, match: re.Match[str]) -> str:
        word = match.group()
        if word in self._known:
            return word
        found = self._mended.get(word)
        if found is None:
            if len(self._mended) >= _KEPT:
                self._mended.clear()
            found = self._mended[word] = self._meant(word)
        return found

    def _meant(self, word: str) -> str:
        if word in colloquial():
            return colloquial()[word]
        if len(word) < LEAST_LETTERS or is_russian_word(word):
            return word
        spoken = sound(word)
        near = list(self._by_sound.get(spoken, ()))
        if not near and len(word) >= LEAST_FOR_SLIPS:
            near = [one for other in self._slips(spoken) for one in self._by_sound[other]]
        ranked = sorted((_distance(word, one), -self._known[one], one) for one in near)
        if ranked and ranked[0][0] <= (2 if len(word) < LEAST_FOR_JOINED else 3):
            return ranked[0][2]
        return self._parted(word) or alike(word) or word

    def _slips(self, spoken: str) -> set[str]:
        """Known sounds at a distance of one: a letter more, less, another, or two that changed places."""
        found = set(self._by_slip.get(spoken, ()))
        for shorter in _without_one(spoken):
            if shorter in self._by_sound:
                found.add(shorter)
            found.update(self._by_slip.get(shorter, ()))
        return {other for other in found if _distance(spoken, other) <= 1}

    def _parted(self, word: str) -> str:
        """Words of the pack written together («какиедокументы»), parted; "" where they are not."""
        if len(word) < LEAST_FOR_JOINED:
            return ""
        best: list[list[str] | None] = [[], *([None] * len(word))]
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - 20), end):
                before, piece = best[start], word[start:end]
                hanging = end == len(word) and not (len(before or ()) == 1 and len(piece) == 2)
                if before is None or not self._is_piece(piece, hanging=hanging):
                    continue
                here = best[end]
                if len(before) < _PIECES and (here is None or len(before) + 1 < len(here)):
                    best[end] = [*before, piece]
        pieces = best[-1] or []
        return " ".join(pieces) if len(pieces) > 1 and max(map(len, pieces)) >= LEAST_FOR_SLIPS else ""

    def _is_piece(self, piece: str, *, hanging: bool) -> bool:
        """A word often used; one of a letter or two must join others, and not hang at the end."""
        if self._known[piece] < 2:
            return False
        return len(piece) > 2 or (not hanging and is_function_word(piece))


def spelling_of(pack: Pack) -> Spelling:
    """The words that a pack speaks of."""
    titled: list[Template | Service] = [*pack.templates.values(), *pack.services.values()]
    taught = [*(item.samples for item in titled), *(intent.samples for intent in pack.intents.values())]
    samples = [sample for by_language in taught for some in by_language.values() for sample in some]
    answers = [texts for one in pack.templates.values() for texts in (one.short, one.more or {})]
    told = [*answers, *(one.title for one in titled), *(one.description for one in pack.services.values())]
    texts = [text for by_language in told for text in by_language.values()]
    names = [name for place in pack.municipalities.values() for name in (*place.title.values(), *place.names)]
    places = [form for name in names for form in forms(name)]
    return Spelling([tidy(sample) for sample in samples], [tidy(text) for text in (*texts, *places)])


@lru_cache(maxsize=8_192)
def sound(word: str) -> str:
    """A word as it is heard, roughly: unstressed vowels, voiced and soft consonants, doubled letters are one."""
    table = letters("sounds")
    heard = "".join(table.get(letter, letter) for letter in word)
    for written, spoken in letters("sounds_together").items():
        heard = heard.replace(written, spoken)
    return _DOUBLED.sub(r"\1", heard)


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _distance(one: str, other: str) -> int:
    """Edits between two words, a swap of neighbours being one (optimal string alignment)."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 3:
        return 99
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, start=1):
        before, above, row = above, row, [i] * (len(other) + 1)
        for j, wanted in enumerate(other, start=1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (sign != wanted))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], before[j - 2] + 1)
    return row[-1]
