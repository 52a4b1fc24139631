"""The page itself: template, style, script, and the headers that guard them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from starlette.responses import Response

from bot import served
from bot.served import Served

HERE = Path(__file__).resolve().parent

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

    files: Served
    template: Template
    answers: Template

    def page(self, title: str, words: Mapping[str, str], limit: int) -> Response:
        """The page in the language of ``words`` (keys without prefix)."""
        html = self.template.render(
            title=title, lang=words["lang"], words=words, base=self.files.base, limit=limit, scripts=self.scripts()
        )
        return Response(html, headers={**GUARDS, "Cache-Control": "no-store"}, media_type="text/html")

    def scripts(self) -> list[str]:
        """Modules that the page's own script imports: named so that a browser fetches all at once."""
        return sorted(n for n in self.files.files if n.endswith(".js") and n != "page.js")


def load() -> Assets:
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    files = served.load("/static/page", HERE / "static")
    return Assets(files, *(environment.get_template(name) for name in ("page.html", "answers.html")))
