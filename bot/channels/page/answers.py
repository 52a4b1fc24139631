"""Frequent questions as a page to be read: no script, no cookie, nothing about the reader."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.page.assets import GUARDS, Assets
from bot.channels.page.languages import words_for
from bot.channels.page.ports import PagePorts
from bot.domain.cleaning import clean
from bot.domain.messages import Style
from bot.domain.public_views import Marked

PREFIX = "page.answers_"
KEYS = (
    "count",
    "empty",
    "find",
    "first_only",
    "found",
    "label",
    "lead",
    "skip",
    "title",
    "to_all",
    "to_chat",
    "topics",
)
OTHER = ("other_language", "other_language_code")
MOST_SEARCH, MOST_TOPIC = 200, 80
_TAGS: Mapping[Style, str] = {Style.BOLD: "strong", Style.CODE: "code"}


def respond(request: Request, ports: PagePorts, assets: Assets) -> Response:
    """All topics, one of them (``topic``), or what fits some words (``q``)."""
    texts = words_for(request, ports.texts)
    words = {key: texts.get(PREFIX + key, key) for key in KEYS} | {key: texts.get(f"page.{key}", "") for key in OTHER}
    language = texts.get("page.lang", "")
    asked = request.query_params
    topic, search = asked.get("topic", "")[:MOST_TOPIC], clean(asked.get("q", ""))[:MOST_SEARCH].strip()
    place = urlencode({"q": search} if search else {"topic": topic} if topic else {})
    html = assets.answers.render(
        base=assets.files.base,
        agency=ports.title(language),
        lang=language,
        words=words,
        found=ports.answers(language, topic, search),
        search=search,
        place=f"{place}&" if place else "",
        html=as_html,
    )
    headers = {**GUARDS, "Cache-Control": "no-cache", "Content-Language": language, "Vary": "Accept-Language"}
    return Response(html, headers=headers, media_type="text/html")


def as_html(spoken: Marked) -> Markup:
    """Paragraphs of a text, its marks as elements."""
    pieces, end = [], 0
    for mark in sorted(spoken.marks, key=lambda one: one.start):
        inner = escape(spoken.text[mark.start : mark.start + mark.length])
        pieces.append(escape(spoken.text[end : mark.start]))
        pieces.append(Markup("<{0}>{1}</{0}>").format(Markup(_TAGS[mark.style]), inner))
        end = mark.start + mark.length
    pieces.append(escape(spoken.text[end:]))
    lines = Markup("").join(pieces).replace("\n\n", Markup("</p><p>")).replace("\n", Markup("<br>"))
    return Markup("<p>{}</p>").format(lines)
