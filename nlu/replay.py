"""Past questions read twice: by the engine of what clients get, and by that of a draft release.

In a process of its own, which gives way to those who serve clients: ``python -m nlu.replay FOLDER DRAFTS NICENESS``
takes one JSON object, ``{"live": pack, "draft": pack, "texts": [...]}``, and tells one JSON array a line: the two
readings of every text of the next chunk, each ``[outcome, [slugs], score]``. The sentence encoder reads a text once.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from knowledge_base.schema import Pack
from nlu.embedding import SentenceEncoder
from nlu.features import Floats
from nlu.matcher import Matcher
from nlu.replay_apart import Told
from nlu.understanding import Outcome, Understanding

CHUNK = 200
"""Texts that are read together: the sentence encoder is cheaper in batches."""


class _Once(SentenceEncoder):
    """An encoder that reads no text twice in a row, whichever engine asks."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder, self.sizes, self.name = encoder, encoder.sizes, encoder.name
        self._read: dict[str, Floats] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        missing = [text for text in dict.fromkeys(texts) if text not in self._read]
        known = {**self._read, **dict(zip(missing, self._encoder.encode(missing), strict=True))}
        self._read = {text: known[text] for text in texts}
        return np.stack([known[text] for text in texts]) if texts else self._encoder.encode([])


def compared(live: Matcher, draft: Matcher, texts: Sequence[str]) -> Iterator[list[tuple[Told, Told]]]:
    """Both readings of every text, chunk by chunk."""
    engines = _sharing(live, draft)
    for start in range(0, len(texts), CHUNK):
        part = texts[start : start + CHUNK]
        before, after = (engine.understand_all(part) for engine in engines)
        yield [(told(one), told(other)) for one, other in zip(before, after, strict=True)]


def told(understood: Understanding) -> Told:
    """What a client would get, in short; nothing is near enough to an unknown question."""
    score = understood.candidates[0].score if understood.candidates else 0.0
    if understood.outcome is Outcome.UNKNOWN:
        return understood.outcome.value, [], score
    if understood.outcome is Outcome.CLARIFY:
        return understood.outcome.value, [one.slug for one in understood.candidates[:3]], score
    slugs = [one.slug for one in understood.parts if one.outcome is Outcome.ANSWER and one.slug]
    return understood.outcome.value, list(dict.fromkeys(slugs or [understood.slug or ""])), score


def _sharing(*engines: Matcher) -> list[Matcher]:
    """The same engines with one encoder between them."""
    encoder = engines[0].classifier.encoder
    if encoder is None or any(engine.classifier.encoder is not encoder for engine in engines):
        return list(engines)
    once, sharing = _Once(encoder), [copy(engine) for engine in engines]
    for engine in sharing:
        engine.classifier = replace(engine.classifier, encoder=once)
    return sharing


def main(arguments: Sequence[str], asked: Any, say: Callable[[str], object]) -> None:
    """Engines come from the folders, where they were fitted before."""
    folder, drafts = Path(arguments[0]), Path(arguments[1])
    live = Matcher.fit(Pack.model_validate(asked["live"]), folder)
    draft = Matcher.fit(Pack.model_validate(asked["draft"]), drafts, sentences=folder / "sentences")
    for chunk in compared(live, draft, asked["texts"]):
        say(json.dumps(chunk, ensure_ascii=False))


def _line(out: TextIO, text: str) -> None:
    print(text, file=out, flush=True)


if __name__ == "__main__":
    os.nice(int(sys.argv[3]))
    main(sys.argv[1:], json.loads(sys.stdin.buffer.read()), lambda text: _line(sys.stdout, text))
