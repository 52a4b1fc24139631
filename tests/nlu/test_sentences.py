"""Sentence vectors are worked out once, and the engine is the same for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlu.embedding import SentenceEncoder
from nlu.features import Floats
from nlu.sentences import SPARE, Remembered


def _lengths(texts: Sequence[str]) -> Floats:
    return np.array([[len(text), len(set(text))] for text in texts], np.float32).reshape(len(texts), 2)


def _opened(folder: Path, name: str = "lengths") -> Remembered:
    return Remembered(SentenceEncoder([_lengths], name), folder)


def test_only_new_texts_are_read(tmp_path: Path) -> None:
    first = _opened(tmp_path)
    assert (first.encode(["раз", "два", "раз"]) == _lengths(["раз", "два", "раз"])).all()
    assert first.read == 2
    first.keep()
    second = _opened(tmp_path)
    assert (second.encode(["три", "два"]) == _lengths(["три", "два"])).all()
    assert second.read == 1
    assert _opened(tmp_path, "another encoder").encode(["раз"]).shape == (1, 2)
    assert second.encode([]).shape == (0, 2)


@pytest.mark.parametrize("damage", [b"", b"no arrays"])
def test_what_is_damaged_is_read_anew(tmp_path: Path, damage: bytes) -> None:
    kept = _opened(tmp_path)
    kept.encode(["раз"])
    kept.keep()
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    again = _opened(tmp_path)
    again.encode(["раз"])
    assert again.read == 1


def test_what_was_long_not_used_is_forgotten(tmp_path: Path) -> None:
    many = _opened(tmp_path)
    many.encode([str(number) for number in range(SPARE + 10)])
    many.keep()
    few = _opened(tmp_path)
    few.encode(["раз", "два"])
    few.keep()
    last = _opened(tmp_path)
    last.encode(["раз", "два", "0"])
    assert last.read == 1
