"""A file on its way to a browser: saved, never shown as a page of ours."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from bot.domain.messages import FileRef

_PLAIN = "application/octet-stream"
_HARMLESS = ("application/pdf", "application/rtf", "application/vnd.", "audio/", "image/", "text/plain", "video/")
"""Types that are named as they are; a browser is told nothing of others, and guesses nothing."""


def respond(file: FileRef, data: bytes) -> Response:
    """The answer to a download."""
    named = file.media_type.startswith(_HARMLESS) and file.media_type != "image/svg+xml"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(_safe(file.name), safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    return Response(data, headers=headers, media_type=file.media_type if named else _PLAIN)


def _safe(name: str) -> str:
    """Without what a file system or a header could stumble over."""
    kept = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name).strip(". ")
    return kept[-150:] or "file"
