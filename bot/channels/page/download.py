"""A file on its way to a client's browser."""

from __future__ import annotations

from starlette.responses import Response

from bot.domain.downloads import GUARDS, disposition, told_type
from bot.domain.messages import FileRef


def respond(file: FileRef, data: bytes) -> Response:
    """The answer to a download."""
    headers = {**GUARDS, "Content-Disposition": disposition(file.name)}
    return Response(data, headers=headers, media_type=told_type(file.media_type))
