"""The features of a text: TF-IDF of lemmas (one and two in a row) and of characters within words.

A text becomes two short arrays, feature numbers and weights, so that scoring
is gathers and sums over plain arrays, without scipy.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nlu.words import lemma, tokens

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

SHORTEST, LONGEST = 2, 4
"""Lengths of the character features."""
CHARACTERS_WEIGHT = math.sqrt(2.0)
"""Characters against lemmas, found by cross-validation: typos and endings are many."""
COMMON, FEW = 0.1, 50
"""A feature of more than this share of the texts, and of more texts than these few, tells nothing."""
_HEAD, _TAIL = 40, 80
"""Words kept of a very long text: people come to the point at the end."""


def _character_features(word: str) -> tuple[str, ...]:
    return _pieces(word) if word.isdecimal() else _kept_pieces(word)


@lru_cache(maxsize=8_192)
def _kept_pieces(word: str) -> tuple[str, ...]:
    return _pieces(word)


def _pieces(word: str) -> tuple[str, ...]:
    padded = f" {word[:40]} "
    return tuple(
        padded[at : at + size] for size in range(SHORTEST, LONGEST + 1) for at in range(len(padded) - size + 1)
    )


def kept_words(text: str) -> list[str]:
    """The words of a text that are looked at."""
    words = tokens(text)
    return words if len(words) <= _HEAD + _TAIL else [*words[:_HEAD], *words[-_TAIL:]]


def _word_features(words: list[str]) -> Iterator[str]:
    forms = [lemma(word) for word in words]
    yield from forms
    yield from (f"{first} {second}" for first, second in pairwise(forms))


Counted = tuple[Counter[str], Counter[str]]
"""How often a text has each feature: lemmas, and characters."""


def counted(text: str) -> Counted:
    """The features of a cleaned text."""
    words = kept_words(text)
    characters = Counter(part for word in words for part in _character_features(word))
    return Counter(_word_features(words)), characters


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Numbers of the features known from training. Characters are numbered after the words."""

    words: dict[str, int]
    characters: dict[str, int]
    rarity: Floats
    """Inverse document frequency of every feature, shape (features,)."""

    def vector(self, features: Counted) -> tuple[Ints, Floats]:
        """The known ones of a text's features and their weights; each half has length 1 (or is empty)."""
        words, characters = features
        first = self._half(words, self.words, 1.0)
        second = self._half(characters, self.characters, CHARACTERS_WEIGHT)
        return np.concatenate((first[0], second[0])), np.concatenate((first[1], second[1]))

    def _half(self, counts: Counter[str], numbers: dict[str, int], weight: float) -> tuple[Ints, Floats]:
        known = [(numbers[name], count) for name, count in counts.items() if name in numbers]
        if not known:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        ids = np.fromiter((number for number, _ in known), np.int32, len(known))
        values = np.fromiter((1.0 + math.log(count) for _, count in known), np.float32, len(known))
        values *= self.rarity[ids]
        values *= weight / math.sqrt(float(np.dot(values, values)))
        return ids, values


def learn_vocabulary(texts: Iterable[Counted]) -> Vocabulary:
    """Number every feature of the training texts and weigh it by how rare it is; what most of them have tells nothing.

    Left out, common features spare two thirds of a comparison's time, and nothing is understood worse for it.
    """
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    size = 0
    for found in texts:
        size += 1
        words.update(found[0].keys())
        characters.update(found[1].keys())
    most = max(FEW, COMMON * size)
    words, characters = (Counter({name: n for name, n in found.items() if n <= most}) for found in (words, characters))
    frequencies = [*words.values(), *characters.values()]
    rarity = np.array([math.log((1 + size) / (1 + n)) + 1.0 for n in frequencies], np.float32)
    return Vocabulary(
        {name: number for number, name in enumerate(words)},
        {name: number for number, name in enumerate(characters, start=len(words))},
        rarity,
    )
