"""Making what comes from outside fit to be stored and shown: no NUL, no lone surrogates, bounded."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Final

MAX_TEXT: Final = 20_000
"""Characters of one message that are read; the longest a messenger allows is 9,000."""
MAX_DEPTH: Final = 60
"""Levels of nesting kept of a payload; real ones have under 15."""

_MAX_INT: Final = 2**63


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """The text without NUL and lone surrogates, at most ``limit`` code points long."""
    text = text[: limit + limit]  # a bound on the work, before the exact cut
    if "\x00" in text:
        text = text.replace("\x00", "")
    return _joined(text)[:limit]


def whole(*texts: str) -> bool:
    """Whether the texts hold no lone surrogate and so can be written in UTF-8."""
    return all(text.isascii() or _joined(text) is text for text in texts)


def storable(value: Any) -> Any:
    """A JSON value that PostgreSQL and every JSON writer accept, whatever was parsed into it.

    Strings and keys lose NUL and lone surrogates, integers beyond 64 bits become strings, NaN and
    infinities become null, and so does whatever is nested deeper than ``MAX_DEPTH``.
    """
    return _storable(value, MAX_DEPTH)


def _storable(value: Any, depth: int) -> Any:
    match value:
        case str():
            return _joined(value.replace("\x00", "") if "\x00" in value else value)
        case bool() | None:
            return value
        case int():
            return value if -_MAX_INT <= value < _MAX_INT else _digits(value)
        case float():
            return value if math.isfinite(value) else None
        case dict() if depth:
            return {str(_storable(str(k), 0)): _storable(v, depth - 1) for k, v in value.items()}
        case list() | tuple() if depth:
            return [_storable(item, depth - 1) for item in value]
    return None


def _digits(value: int) -> str:
    return hex(value)[:100]  # str() refuses integers of more than 4,300 digits


def _joined(text: str) -> str:
    """Surrogate pairs joined into the characters they mean, lone ones dropped."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text


def fingerprint(value: Any) -> str:
    """A name for a payload that brings none of its own; equal values have equal ones."""
    text = json.dumps(storable(value), sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:40]
