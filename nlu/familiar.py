"""What the samples say by themselves, without any learning.

Two things are better looked up than computed: a message that is a sample, and a
word or two that the samples of several topics hold alike. The classifier is
sure of itself on a single word («справка») without a reason; the samples show
that it may mean several things, and then a question back is due.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from nlu.training_example import Example
from nlu.words import is_function_word, lemma, names_a_thing, tokens

VAGUE_WORDS = 2
"""A longer message says what it is about."""
UNSEEN = 0.1
"""Added to every share: that no sample of a topic has a word proves little."""
NEAR = {1: 0.5, 2: 0.65}
"""How likely a topic is, against the likeliest, to be near, by the number of words."""
SPOKEN_OF = 2
"""Samples that must hold one of the words before their topic speaks about it."""


@dataclass(frozen=True, slots=True)
class Familiar:
    """The samples, seen as they are. Immutable."""

    slugs: Mapping[str, str]
    """Form of a sample or title -> its slug; what two slugs share is left out."""
    held: Mapping[str, Mapping[str, int]]
    """Dictionary form of a word -> slug -> how many of its samples hold the word."""
    samples: Mapping[str, int]
    """Slug -> how many samples it has."""

    def slug_of(self, text: str) -> str | None:
        """The slug that a cleaned text is a sample or the title of, in whatever grammatical form."""
        return self.slugs.get(_form(text))

    def near(self, text: str) -> dict[str, float]:
        """Topics that one or two words may stand for about equally, and how likely each is.

        Words that only join others («как», «на», «мне») do not count.

        By naive Bayes over the shares of samples that hold the words, all topics being equally
        likely beforehand. Empty when the words are more, name no thing, or point to one topic.
        """
        words = {lemma(word) for word in tokens(text) if not is_function_word(word)}
        known = sorted(word for word in words if word in self.held)
        if len(words) > VAGUE_WORDS or not any(names_a_thing(word) for word in known):
            return {}
        holders = {slug for word in known for slug in self.held[word]}
        likely = {slug: prod(self._share(word, slug) for word in known) for slug in holders}
        enough = max(likely.values()) * NEAR[len(known)]
        near = {slug for slug in holders if likely[slug] >= enough and self._speaks_of(known, slug)}
        total = sum(likely.values())
        return {slug: likely[slug] / total for slug in near} if len(near) > 1 else {}

    def _share(self, word: str, slug: str) -> float:
        return UNSEEN + self.held[word].get(slug, 0) / self.samples[slug]

    def _speaks_of(self, words: list[str], slug: str) -> bool:
        counts = [self.held[word].get(slug, 0) for word in words]
        return min(counts) > 0 and max(counts) >= SPOKEN_OF


def familiar_with(examples: Iterable[Example]) -> Familiar:
    """Learn by heart what may be typed."""
    slugs: dict[str, set[str]] = defaultdict(set)
    held: dict[str, Counter[str]] = defaultdict(Counter)
    samples: Counter[str] = Counter()
    for one in examples:
        if one.asked:
            form = _form(one.text)
            slugs[form].add(one.slug)
            samples[one.slug] += 1
            for word in set(form.split()):
                held[word][one.slug] += 1
    single = {form: min(found) for form, found in slugs.items() if len(found) == 1}
    return Familiar(single, {word: dict(counts) for word, counts in held.items()}, dict(samples))


def _form(text: str) -> str:
    return " ".join(lemma(word) for word in tokens(text))
