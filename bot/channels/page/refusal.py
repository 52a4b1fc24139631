"""A request that is not taken, and the checks that come before reading it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request


class Refusal(Exception):
    """A request that is not taken."""

    def __init__(self, status: int, word: str, after: float | None = None) -> None:
        super().__init__(word)
        self.status = status
        self.word = word
        """Key of the sentence for the client, without the prefix ``page.``."""
        self.after = after
        """Seconds after which to try again."""

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.after is None else {"Retry-After": str(max(1, math.ceil(self.after)))}


def check_sender(headers: Mapping[str, str], kind: str = "application/json") -> None:
    """Refuse what another site made a browser send, and what is not of the kind: no form can send either.

    Sec-Fetch-Site comes first: a proxy may rewrite Host, so Origin alone would refuse honest clients.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site != "same-origin":
        raise Refusal(403, "error_session")
    if site is None and origin is not None and urlsplit(origin).netloc.lower() not in _hosts(headers):
        raise Refusal(403, "error_session")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != kind:
        raise Refusal(415, "error_bad")


def _hosts(headers: Mapping[str, str]) -> set[str]:
    # A browser can't be made to forge X-Forwarded-Host for another site, so it is safe to believe.
    return {headers[name].lower() for name in ("host", "x-forwarded-host") if headers.get(name)}


async def read_body(request: Request, limit: int, word: str = "error_long") -> bytes:
    """The body, of at most ``limit`` bytes, whatever its headers say."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refusal(413, word)
    return bytes(body)
