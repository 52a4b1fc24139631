"""Which language the page speaks to a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.requests import Request

_CODE = re.compile(r"[a-z]{2}")
_MOST = 8


def code(value: object) -> str | None:
    """Two letters, or None."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def wished(request: Request) -> list[str]:
    """Two-letter codes, the dearest first: the address's ``lang``, then the browser's own order."""
    weighed = []
    for place, part in enumerate(request.headers.get("accept-language", "").split(",")[:_MOST]):
        tag, _, weight = part.strip().lower().partition(";q=")
        primary = code(tag.partition("-")[0])
        if primary:
            weighed.append((-_number(weight), place, primary))
    chosen = code(request.query_params.get("lang"))
    return ([chosen] if chosen else []) + [language for _, _, language in sorted(weighed)]


def words_for(request: Request, texts: Callable[[str], Mapping[str, str]]) -> Mapping[str, str]:
    """Texts in the first wished language that the pack has, else in the pack's own."""
    for language in wished(request):
        found = texts(language)
        if found.get("page.lang") == language:
            return found
    return texts("")


def _number(weight: str) -> float:
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
