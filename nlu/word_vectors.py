"""An operator's own model of meaning: a folder of word vectors, read without running anything from it.

The folder holds ``words.txt``, one lower-case word a line in UTF-8 (ё as е), and ``vectors.npy``, an array of
float32 or float16 of shape (words, dimensions) saved by ``numpy.save`` without pickle. A sentence is the mean of
its words' vectors; a word that the file lacks is looked up by its dictionary form. Any fastText, word2vec or
model2vec model can be written so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.features import Floats, kept_words
from nlu.words import lemma

_WORDS, _VECTORS = "words.txt", "vectors.npy"


class WordVectors:
    """Raises OSError or ValueError for a folder of another shape."""

    def __init__(self, folder: Path) -> None:
        words = (folder / _WORDS).read_text(encoding="utf-8").split("\n")
        self._rows = {word: row for row, word in enumerate(words) if word}
        self._vectors = np.load(folder / _VECTORS, mmap_mode="r", allow_pickle=False)
        if self._vectors.ndim != 2 or self._vectors.dtype not in (np.float32, np.float16):
            raise ValueError(f"{folder / _VECTORS} must hold float32 or float16 of shape (words, dimensions)")
        if self._rows and max(self._rows.values()) >= len(self._vectors):
            raise ValueError(f"{folder / _WORDS} has more words than {_VECTORS} has rows")

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (texts, dimensions); zeros for a text without a known word."""
        found = np.zeros((len(texts), self._vectors.shape[1]), np.float32)
        for at, text in enumerate(texts):
            rows = [row for row in map(self._row, kept_words(text)) if row is not None]
            if rows:
                mean = np.asarray(self._vectors[rows], np.float32).mean(axis=0)
                found[at] = mean / max(float(np.linalg.norm(mean)), 1e-6)
        return found

    def _row(self, word: str) -> int | None:
        row = self._rows.get(word)
        return self._rows.get(lemma(word)) if row is None else row


def fingerprint(folder: Path) -> str:
    """A name that changes with the files; "" where they are not there."""
    digest = hashlib.sha256()
    try:
        for name in (_WORDS, _VECTORS):
            with open(folder / name, "rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
    except OSError:
        return ""
    return f"words-{digest.hexdigest()[:12]}"
