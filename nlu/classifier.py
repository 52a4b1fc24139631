"""The classifier as it serves: numpy only, no training code and no heavy import.

A text is compared with every example that was learned from: by lemmas and characters (posting lists), and by the
meaning of its sentence (one product). Each example then speaks for the classes, the louder the nearer it is: the
exponential kernel of B. Schölkopf, A. J. Smola, "Learning with Kernels", 2002, 2.3, with the shares of regularised
least squares (R. Rifkin, R. Lippert, "Notes on Regularized Least Squares", 2007). What is far from everything
learned gets no class at all: all probabilities are then about the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from nlu.embedding import SentenceEncoder
from nlu.features import CHARACTERS_WEIGHT, Floats, Ints, Vocabulary, counted
from nlu.pieces import Pieces

MEANING_WEIGHT = 6.0
"""Likeness of sentence vectors against likeness of lemmas, by samples left out."""
NEARNESS = 0.1
"""How much more a near example counts than a far one: times e to this power for every 1 of likeness."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which examples have a feature, and how much of it: those of feature f are at ``starts[f]:starts[f + 1]``."""

    starts: Ints
    """Shape (features + 1,)."""
    examples: Ints
    """Shape (entries,)."""
    values: Floats
    """Shape (entries,)."""

    def likeness(self, ids: Ints, values: Floats, count: int) -> Floats:
        """Scalar products of a text's features with those of ``count`` examples, shape (count,)."""
        first = self.starts[ids]
        sizes = self.starts[ids + 1] - first
        ends = np.cumsum(sizes, dtype=np.int64)
        where = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - sizes), sizes)
        weighed = self.values[where] * np.repeat(values, sizes)
        return np.bincount(self.examples[where], weighed, count).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A fitted model over C classes and N examples. Immutable; may be used from several threads."""

    labels: tuple[str, ...]
    """C names of classes."""
    vocabulary: Vocabulary
    postings: Postings
    vectors: Floats
    """Meanings of the examples, shape (N, encoders * components), or (N, 0) without a sentence encoder."""
    centre: Floats
    """Mean sentence vector of the training texts, shape (dimensions,) or (0,)."""
    components: Floats
    """What is kept of sentence vectors: those of all encoders one below the other, shape (dimensions, components)."""
    share: Floats
    """What every example says for every class, shape (N, C); (N, 0) where ``pieces`` tell it."""
    sharpness: float
    """Inverse temperature found on left-out samples; makes the probabilities mean what they say."""
    encoder: SentenceEncoder | None
    doubt: Floats
    """By how much an example's own share rests on itself, shape (N,): the diagonal of the kernel's inverse. Empty in
    what an older version has fitted."""
    pieces: Pieces | None = None
    """What examples say, where they and the classes are many."""

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Calibrated probabilities of cleaned texts, shape (texts, C); each row sums to 1."""
        one_thread()
        kernel = self.kernel(texts)
        return self._calibrated(self.pieces.scores(kernel) if self.pieces else kernel @ self.share)

    def _calibrated(self, scores: Floats) -> Floats:
        scores *= self.sharpness
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

    def kernel(self, texts: Sequence[str]) -> Floats:
        """How near every text is to every example, shape (texts, N): 1 for the same text, towards 0 for a stranger."""
        like: Floats = np.zeros((len(texts), len(self.share)), np.float32)
        if self.encoder is not None and len(self.centre):
            np.matmul(self.meanings(texts), self.vectors.T, out=like)
            like *= MEANING_WEIGHT
        for row, text in enumerate(texts):
            like[row] += self.postings.likeness(*self.vocabulary.vector(counted(text)), len(self.share))
        return nearness(like, encoders=self.encoders)

    @property
    def encoders(self) -> int:
        """How many encoders tell what a sentence means."""
        return len(self.encoder.sizes) if self.encoder is not None and len(self.centre) else 0

    def likeness(self, texts: Sequence[str]) -> Floats:
        """How like every text is to every example, shape (texts, N): 1 for the same text, about 0 for strangers."""
        most = 1.0 + CHARACTERS_WEIGHT**2 + self.encoders * MEANING_WEIGHT
        products = np.log(np.maximum(self.kernel(texts), np.finfo(np.float32).tiny)) / NEARNESS + most
        return np.asarray(products / most, np.float32)

    def left_out(self, places: Sequence[int], label: str) -> Floats:
        """Probabilities of examples of one class by an engine that never learned them, shape (places, C)."""
        wanted = np.array([float(one == label) for one in self.labels], np.float32)
        said = self.pieces.said_by(places) if self.pieces else self.share[places]
        return self._calibrated(wanted - said / self.doubt[places][:, None])

    def said_for(self, best: int) -> Floats:
        """What every example says for a class, against what it says for all on average, shape (N,)."""
        if self.pieces:
            return self.pieces.said_for(best)
        return np.asarray(self.share[:, best] - self.share.mean(axis=1), np.float32)

    def meanings(self, texts: Sequence[str]) -> Floats:
        """What texts mean, shape (texts, encoders * components). Needs the encoder."""
        assert self.encoder is not None
        sizes = self.encoder.sizes
        return projected(centred(self.encoder.encode(texts), self.centre, sizes), self.components, sizes)


def nearness(likeness: Floats, *, encoders: int) -> Floats:
    """The kernel of sums of scalar products, by how much they lack of the most; changes the array it is given."""
    likeness -= 1.0 + CHARACTERS_WEIGHT**2 + encoders * MEANING_WEIGHT
    likeness *= NEARNESS
    return np.exp(likeness, out=likeness)


def centred(vectors: Floats, centre: Floats, sizes: Sequence[int]) -> Floats:
    """Sentence vectors about the mean of the training texts; the part of each encoder is of length 1 again."""
    moved: Floats = vectors - centre
    for part in parts(moved, sizes):
        _to_length_one(part)
    return moved


def projected(vectors: Floats, components: Floats, sizes: Sequence[int]) -> Floats:
    """Centred vectors on the components of their encoders, side by side; the part of each is of length 1."""
    blocks = zip(parts(vectors, sizes), parts(components.T, sizes), strict=True)
    return np.hstack([_to_length_one(part @ own.T) for part, own in blocks])


def parts(vectors: Floats, sizes: Sequence[int]) -> list[Floats]:
    """The columns of each encoder."""
    return np.split(vectors, np.cumsum(sizes)[:-1], axis=1)


def _to_length_one(vectors: Floats) -> Floats:
    vectors /= np.maximum(np.sqrt(np.einsum("td,td->t", vectors, vectors)), 1e-6)[:, None]
    return vectors


@lru_cache(maxsize=1)
def one_thread() -> None:
    """Linear algebra of this process on one thread from now on: several would wait for each other on busy cores."""
    threadpool_limits(limits=1, user_api="blas")
