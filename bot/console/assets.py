"""The console's files: Bootstrap's style from its package, one style and a few scripts of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap_wrapper import get_bootstrap_css_dir
from starlette.responses import Response

HERE = Path(__file__).resolve().parent
BASE = "/desk"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Assets:
    """Everything served as it is, read once."""

    files: Mapping[str, bytes]
    version: str
    """Part of every address: a new release is fetched anew, an old one may be kept for ever."""

    @property
    def base(self) -> str:
        return f"{BASE}/static/{self.version}"

    def serve(self, version: str, name: str) -> Response:
        """A file. Asked under an outdated version it is the present one, and not to be kept."""
        body = self.files.get(name)
        if body is None:
            return Response(status_code=404)
        keep = "public, max-age=31536000, immutable" if version == self.version else "no-cache"
        media = f"{_TYPES[Path(name).suffix]}; charset=utf-8"
        return Response(body, headers={"Cache-Control": keep}, media_type=media)


def load() -> Assets:
    files = {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir()) if path.suffix in _TYPES}
    style = (get_bootstrap_css_dir() / "bootstrap.min.css").read_bytes()
    files["bootstrap.min.css"] = style.partition(b"/*# sourceMappingURL")[0]
    digest = hashlib.sha256()
    for name, body in sorted(files.items()):
        digest.update(name.encode() + b"\0" + body + b"\0")
    return Assets(files, digest.hexdigest()[:12])
