"""Who a browser is: a random token in a signed cookie. No account, no fingerprint."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

LIFETIME = 400 * 24 * 3600
"""Seconds; the longest that browsers grant. Every visit prolongs it."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_LONGEST = 200


def cookie_name(secure: bool) -> str:
    """Over https the prefix forbids other hosts of the domain to plant a cookie of theirs."""
    return "__Host-otklik" if secure else "otklik"


def new_visitor() -> str:
    """128 random bits: can't be guessed."""
    return secrets.token_urlsafe(16)


def sign(visitor: str, secret: str) -> str:
    """The cookie's value."""
    value = _serializer(secret).dumps(visitor)
    return value if isinstance(value, str) else value.decode("ascii")


def unsign(value: str, secret: str, former: Sequence[str] = ()) -> str | None:
    """The visitor, or None for anything that we did not sign."""
    if len(value) > _LONGEST:
        return None
    try:
        visitor = _serializer(secret, former).loads(value)
    except BadData:
        return None
    return visitor if isinstance(visitor, str) and _TOKEN.fullmatch(visitor) else None


def visitor_of(request: Request, secret: str, secure: bool, former: Sequence[str] = ()) -> str | None:
    """The visitor who sent this request; None without a valid cookie."""
    return unsign(request.cookies.get(cookie_name(secure), ""), secret, former)


def remember(response: Response, visitor: str, secret: str, secure: bool) -> None:
    """Set the cookie, or prolong it."""
    response.set_cookie(
        cookie_name(secure),
        sign(visitor, secret),
        max_age=LIFETIME,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _serializer(secret: str, former: Sequence[str] = ()) -> URLSafeSerializer:
    # The secret also encrypts personal values; the salt keeps the two uses apart.
    # Signed with the last of the list, accepted with any.
    return URLSafeSerializer(
        [*former, secret],
        salt="otklik.page.visitor",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
