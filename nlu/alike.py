"""Which questions ask the same: by the meaning of their sentences and by the words in them.

Questions join groups one after another, in the order given, each the group that is nearest, or a new one where none
is near enough ("leader" clustering, J. A. Hartigan, "Clustering Algorithms", 1975, 3). So the same questions make the
same groups, and a new question costs one comparison with every group.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nlu.cleaning import clean
from nlu.embedding import SentenceEncoder, installed_encoder
from nlu.features import Floats, kept_words
from nlu.language_data import letters
from nlu.words import is_function_word, lemma

MEANING = 0.5
"""Share of the sentence's meaning in the likeness; the rest is words."""
NEAR, NEAR_BY_WORDS = 0.35, 0.3
"""Likeness from which two ask the same; without a sentence encoder. Found on the samples of half the demonstration
pack's answers, measured by the other half: of pairs put together 62 % belong together, of groups 84 % are of a kind.
"""
_LEARNED = 1000
"""Samples whose mean is where all meanings are looked at from; as many tell it as more."""
_FEW = 40
"""Words of a group that are compared, the most frequent."""
_CODE_WORDS, _LONGEST_CODE = 3, 40


@dataclass(slots=True)
class Group:
    """Questions that ask the same, as far as comparing needs them."""

    meaning: Floats
    """Sum of their sentence vectors, each of length 1: shape (dimensions,); (0,) without an encoder."""
    words: Counter[str] = field(default_factory=Counter)
    """In how many of them each word stands, in its dictionary form."""
    size: int = 0

    @classmethod
    def read(cls, meaning: bytes, words: Mapping[str, int], size: int, encoder: str) -> Group:
        """One that was kept; what another encoder wrote is of no use."""
        known = np.frombuffer(meaning, np.float32) if encoder == encoder_name() else np.empty(0, np.float32)
        return cls(known.copy(), Counter(words), size)

    def written(self) -> bytes:
        return self.meaning.tobytes()

    def shown(self) -> dict[str, int]:
        """Its words to be kept, the most frequent first."""
        return dict(sorted(self.words.items(), key=lambda one: (-one[1], one[0]))[:_FEW])


@dataclass(frozen=True, slots=True)
class Imprint:
    """One question."""

    meaning: Floats
    words: frozenset[str]


def encoder_name() -> str:
    """Whose sentence vectors these are; empty without any."""
    encoder = installed_encoder()
    return encoder.name if encoder else ""


def imprints(texts: Sequence[str]) -> list[Imprint]:
    """What is compared of questions as they were typed; about 1 ms each."""
    cleaned = [clean(text).text for text in texts]
    encoder = installed_encoder()
    meanings = _meanings(encoder, cleaned) if encoder else np.empty((len(texts), 0), np.float32)
    return [Imprint(meaning, _words(text)) for meaning, text in zip(meanings, cleaned, strict=True)]


def _meanings(encoder: SentenceEncoder, texts: Sequence[str]) -> Floats:
    vectors = encoder.encode(texts)
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return unit


def _words(text: str) -> frozenset[str]:
    """Those that carry a meaning; all of them where none does."""
    words = kept_words(text)
    return frozenset(lemma(word) for word in words if not is_function_word(word)) or frozenset(map(lemma, words))


@dataclass(frozen=True, slots=True)
class Ground:
    """What everybody asks about here: it tells nothing of which questions are alike."""

    centre: Floats
    """Mean sentence vector, shape (dimensions,); (0,) without an encoder."""
    rarity: Mapping[str, float]
    """Inverse document frequency of the words known."""
    rarest: float
    """That of any other word."""

    def weighed(self, words: Mapping[str, int]) -> dict[str, float]:
        """Words by how much they tell, as a vector of length 1."""
        told = {word: count * self.rarity.get(word, self.rarest) for word, count in words.items()}
        length = math.sqrt(sum(weight * weight for weight in told.values())) or 1.0
        return {word: weight / length for word, weight in told.items()}

    def moved(self, meaning: Floats, size: int = 1) -> Floats:
        """A sum of ``size`` sentence vectors as seen from the centre, of length 1."""
        away: Floats = meaning - size * self.centre
        return away / max(float(np.linalg.norm(away)), 1e-6)


def ground(samples: Sequence[str]) -> Ground:
    """Of the questions that the content answers already. Takes about a second."""
    few = samples[:: max(len(samples) // _LEARNED, 1)]
    meanings = [one.meaning for one in imprints(few or [""])]
    counts = Counter(word for text in samples for word in _words(clean(text).text))
    rarity = {word: _rarity(len(samples), count) for word, count in counts.items()}
    return Ground(np.mean(meanings, axis=0), rarity, _rarity(len(samples), 0))


def _rarity(texts: int, having: int) -> float:
    return math.log((1 + texts) / (1 + having)) + 1.0


class Grouping:
    """Groups that questions join; those from number ``len(known)`` on are new."""

    def __init__(self, on: Ground, known: Sequence[Group] = ()) -> None:
        self.groups: list[Group] = []
        self.touched: set[int] = set()
        """Numbers of the groups that a question has joined."""
        self._ground = on
        self._rows: Floats = np.zeros((len(known) + 256, len(on.centre)), np.float32)
        self._having: dict[str, dict[int, float]] = {}
        for group in known:
            self.groups.append(group)
            self._index(len(self.groups) - 1)

    def put(self, one: Imprint) -> int:
        """The number of the group that a question has joined, a new one where none is near."""
        place = self._nearest(one)
        if place < 0:
            place = len(self.groups)
            self.groups.append(Group(np.zeros_like(one.meaning)))
        add(self.groups[place], one)
        self._index(place)
        self.touched.add(place)
        return place

    def _nearest(self, one: Imprint) -> int:
        count = len(self.groups)
        if not count:
            return -1
        by_words: Floats = np.zeros(count, np.float32)
        for word, weight in self._ground.weighed(dict.fromkeys(one.words, 1)).items():
            for number, theirs in self._having.get(word, {}).items():
                by_words[number] += weight * theirs
        if not len(one.meaning):
            like = by_words * (NEAR / NEAR_BY_WORDS)
        else:
            like = MEANING * (self._rows[:count] @ self._ground.moved(one.meaning)) + (1 - MEANING) * by_words
        place = int(np.argmax(like))  # the first of equals
        return place if like[place] >= NEAR else -1

    def _index(self, number: int) -> None:
        """A group is new, or has changed."""
        if number >= len(self._rows):
            self._rows = np.vstack([self._rows, np.zeros_like(self._rows)])
        group = self.groups[number]
        if len(group.meaning) == len(self._ground.centre):
            self._rows[number] = self._ground.moved(group.meaning, group.size)
        for word, weight in self._ground.weighed(group.words).items():
            self._having.setdefault(word, {})[number] = weight


def add(group: Group, one: Imprint) -> None:
    if group.meaning.shape == one.meaning.shape:
        group.meaning = group.meaning + one.meaning
    group.words.update(one.words)
    group.size += 1


def together(asked: Iterable[Imprint]) -> Group:
    """A group of these, whether they are alike or not."""
    found = list(asked)
    made = Group(np.zeros_like(found[0].meaning) if found else np.empty(0, np.float32))
    for one in found:
        add(made, one)
    return made


def most_typical(texts: Sequence[str]) -> str:
    """Of questions that ask the same, the one with most of the words that they share, the shortest of equals."""
    words = {text: _words(clean(text).text) for text in texts}
    shared = Counter(word for text in texts for word in words[text])

    def typical(text: str) -> tuple[float, int, str]:
        return -sum(shared[word] for word in words[text]) / math.sqrt(max(len(words[text]), 1)), len(text), text

    return min(texts, key=typical, default="")


def code_of(text: str) -> str:
    """A code for a new template, of a question's first words in Latin letters: «узнать баллы» -> ``uznat-bally``."""
    words = [word for word in kept_words(clean(text).text) if not is_function_word(word)][:_CODE_WORDS]
    spelt = ["".join(_latin().get(sign, sign) for sign in word) for word in words]
    kept = [part for part in ("".join(s for s in word if s.isascii() and s.isalnum()) for word in spelt) if part]
    while len("-".join(kept)) > _LONGEST_CODE:
        kept.pop()
    code = "-".join(kept)
    return code if code[:1].isalpha() else ""


def _latin() -> dict[str, str]:
    """Russian letters in Latin ones, the shortest spelling of each."""
    found: dict[str, str] = {}
    for latin, letter in letters("translit").items():
        if latin.isalpha() and (letter not in found or len(latin) < len(found[letter])):
            found[letter] = latin
    return found
