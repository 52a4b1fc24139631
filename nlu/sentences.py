"""Sentence vectors that were worked out before: a fitting that meets few new texts reads only those.

Reading sentences is most of a fitting's time. A draft, or the next release, has nearly all of its texts in common with
what was fitted last.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlu.embedding import SentenceEncoder
from nlu.features import Floats
from nlu.whole_files import write_arrays

SPARE = 1_000
"""Vectors kept beside twice those of the last fitting; where there are more, the last one's alone stay."""
_KEY = 16
_log = logging.getLogger(__name__)


class Remembered:
    """An encoder that reads no text twice, whatever process read it first. For one fitting; not for several threads."""

    def __init__(self, encoder: SentenceEncoder, folder: Path) -> None:
        self._encoder = encoder
        self._path = folder / f"{hashlib.sha256(encoder.name.encode()).hexdigest()[:12]}.npz"
        self._vectors = _read(self._path, sum(encoder.sizes))
        self._used: set[bytes] = set()
        self.read = 0
        """Texts that had to be read."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """As the encoder's own."""
        keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_KEY).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        self._vectors.update(zip(missing, self._encoder.encode(list(missing.values())), strict=True))
        self.read += len(missing)
        self._used.update(keys)
        return np.stack([self._vectors[key] for key in keys]) if keys else self._encoder.encode([])

    def keep(self) -> None:
        """For the next fitting, unless nothing is new. Of two that keep at once the later one's counts."""
        if not self.read:
            return
        if len(self._vectors) > 2 * len(self._used) + SPARE:
            self._vectors = {key: self._vectors[key] for key in self._vectors if key in self._used}
        keys = np.frombuffer(b"".join(self._vectors), np.uint8).reshape(-1, _KEY)
        write_arrays(self._path, keys=keys, vectors=np.stack(list(self._vectors.values())))


def _read(path: Path, size: int) -> dict[bytes, Floats]:
    if not path.is_file():
        return {}
    try:
        with np.load(path, allow_pickle=False) as arrays:
            keys, vectors = np.asarray(arrays["keys"], np.uint8), np.asarray(arrays["vectors"], np.float32)
        if keys.shape != (len(vectors), _KEY) or vectors.shape[1] != size:
            raise ValueError("the arrays do not fit each other")
    except Exception as error:  # noqa: BLE001 - whatever a damaged file brings up, the remedy is the same
        _log.warning("the kept sentences %s are damaged and are read anew: %s", path.name, error)
        return {}
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
