"""``otklik ask --json``: one message a line in, one JSON object a line out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from nlu.understanding import Engine, Understanding


def to_json(understood: Understanding) -> dict[str, Any]:
    """The published shape; evaluations rely on it.

    ``parts``, ``unanswered`` and ``entities`` are there only where there are some.
    """
    told: dict[str, Any] = {
        # Half of a surrogate pair can't be written as UTF-8.
        "text": understood.text.encode("utf-8", "replace").decode("utf-8"),
        "outcome": understood.outcome.value,
        "slug": understood.slug,
        "candidates": [{"slug": found.slug, "score": found.score} for found in understood.candidates],
        "engine": understood.engine,
        "language": understood.language,
        "ms": understood.ms,
    }
    if understood.parts:
        told["parts"] = [to_json(part) for part in understood.parts]
    if understood.unanswered:
        told["unanswered"] = list(understood.unanswered)
    if understood.entities:
        told["entities"] = [{"kind": found.kind, "value": found.value} for found in understood.entities]
    return told


def ask_lines(engine: Engine, lines: Iterable[bytes | str], out: TextIO) -> None:
    """Understand every line, an empty one too, and write its JSON at once.

    Give it ``sys.stdin.buffer``: bytes that are not UTF-8 are replaced, and only a line feed ends a line.
    """
    for line in lines:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        out.write(json.dumps(to_json(engine.understand(text.rstrip("\r\n"))), ensure_ascii=False) + "\n")
        out.flush()
