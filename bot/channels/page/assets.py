"""The page itself: template, style, script, and the headers that guard them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.responses import Response

HERE = Path(__file__).resolve().parent

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

GUARDS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Assets:
    """Everything the page is made of, read once."""

    files: Mapping[str, bytes]
    version: str
    """Part of every address: a new release is fetched anew, an old one may be kept for ever."""
    template: Template

    @property
    def base(self) -> str:
        return f"/static/page/{self.version}"

    def serve(self, version: str, name: str) -> Response:
        """A file. Asked under an outdated version it is the present one, and not to be kept."""
        body = self.files.get(name)
        if body is None:
            return Response(status_code=404)
        keep = "public, max-age=31536000, immutable" if version == self.version else "no-cache"
        media = f"{_TYPES[Path(name).suffix]}; charset=utf-8"
        headers = {"Cache-Control": keep, "X-Content-Type-Options": "nosniff"}
        return Response(body, headers=headers, media_type=media)

    def page(self, title: str, words: Mapping[str, str], limit: int) -> Response:
        """The page in the language of ``words`` (keys without prefix)."""
        html = self.template.render(title=title, words=words, base=self.base, limit=limit, scripts=self.scripts())
        return Response(html, headers={**GUARDS, "Cache-Control": "no-store"}, media_type="text/html")

    def scripts(self) -> list[str]:
        """Modules that the page's own script imports: named so that a browser fetches all at once."""
        return sorted(n for n in self.files if n.endswith(".js") and n != "page.js")


def load() -> Assets:
    files = {p.name: p.read_bytes() for p in sorted((HERE / "static").iterdir()) if p.suffix in _TYPES}
    digest = hashlib.sha256()
    for name, body in files.items():
        digest.update(name.encode() + b"\0" + body + b"\0")
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    return Assets(files, digest.hexdigest()[:12], environment.get_template("page.html"))
