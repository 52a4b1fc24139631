"""How a file that somebody sent is given to a browser: saved, never shown as a page of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PLAIN: Final = "application/octet-stream"
_HARMLESS: Final = (
    "application/pdf",
    "application/rtf",
    "application/vnd.",
    "audio/",
    "image/",
    "text/plain",
    "video/",
)
_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_MOST_SHOWN: Final = 5 * 1024 * 1024
_AS_IT_IS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-~")

GUARDS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Whatever the bytes are, nothing in them runs, and no browser keeps them."""


def disposition(name: str) -> str:
    """To be saved under its own name."""
    return f"attachment; filename*=UTF-8''{_quoted(_safe(name))}"


def told_type(media_type: str) -> str:
    """Harmless types as they are; a browser is told nothing of others, and guesses nothing."""
    named = media_type.startswith(_HARMLESS) and media_type != "image/svg+xml"
    return media_type if named else _PLAIN


def previewed(media_type: str, size: int) -> bool:
    """Whether it may be shown in place: a picture by what it holds, of a size that every browser bears."""
    return media_type in _PICTURES and 0 < size <= _MOST_SHOWN


def _quoted(name: str) -> str:
    return "".join(chr(byte) if byte in _AS_IT_IS else f"%{byte:02X}" for byte in name.encode(errors="replace"))


def _safe(name: str) -> str:
    """Without what a file system or a header could stumble over."""
    kept = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name).strip(". ")
    return kept[-150:] or "file"
