"""The classifier as it serves: numpy only, no training code and no heavy import.

A text is scored by three things added up: its lemmas and characters (a gather
from one matrix), the meaning of its sentence (one small product) and a bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.embedding import SentenceEncoder
from nlu.features import Floats, Vocabulary, counted


@dataclass(frozen=True, slots=True)
class Classifier:
    """A fitted linear model over C classes. Immutable; may be used from several threads."""

    labels: tuple[str, ...]
    """C names of classes."""
    vocabulary: Vocabulary
    weights: Floats
    """Shape (features, C)."""
    meaning: Floats
    """Shape (512, C), or (0, C) without a sentence encoder."""
    centre: Floats
    """Mean sentence vector of the training texts, shape (512,) or (0,)."""
    bias: Floats
    """Shape (C,)."""
    sharpness: float
    """Inverse temperature found on held-out samples; makes the probabilities mean what they say."""
    encoder: SentenceEncoder | None

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Calibrated probabilities of cleaned texts, shape (texts, C); each row sums to 1."""
        scores = np.tile(self.bias, (len(texts), 1))
        for row, text in enumerate(texts):
            ids, values = self.vocabulary.vector(counted(text))
            if len(ids):
                scores[row] += np.einsum("f,fc->c", values, self.weights[ids])
        if self.encoder is not None and len(self.centre):
            vectors = centred(self.encoder.encode(texts), self.centre)
            scores += np.einsum("td,dc->tc", vectors, self.meaning)
        scores *= self.sharpness
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Sentence vectors about the mean of the training texts, of length 1 again."""
    moved = vectors - centre
    lengths = np.sqrt(np.einsum("td,td->t", moved, moved))
    result: Floats = moved / np.maximum(lengths, 1e-6)[:, None]
    return result
