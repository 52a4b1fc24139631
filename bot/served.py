"""Files that are served as they are: styles, scripts and signs, of the client's page and of the desk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Served:
    """A set of files, read once."""

    place: str
    """Address of the set, without the version."""
    files: Mapping[str, bytes]
    version: str
    """Part of every address: a new release is fetched anew, an old one may be kept for ever."""

    @property
    def base(self) -> str:
        """Address that names of files are put behind."""
        return f"{self.place}/{self.version}"

    def serve(self, version: str, name: str) -> Response:
        """A file. Asked under an outdated version it is the present one, and not to be kept."""
        body = self.files.get(name)
        if body is None:
            return Response(status_code=404)
        keep = "public, max-age=31536000, immutable" if version == self.version else "no-cache"
        media = f"{_TYPES[Path(name).suffix]}; charset=utf-8"
        headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff"}
        return Response(body, headers=headers, media_type=media)


def load(place: str, folder: Path, **more: bytes) -> Served:
    """The styles, scripts and signs of a folder; ``more``: files from elsewhere, by name."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in _TYPES} | more
    digest = hashlib.sha256()
    for name, body in sorted(files.items()):
        digest.update(name.encode() + b"\0" + body + b"\0")
    return Served(place, files, digest.hexdigest()[:12])
