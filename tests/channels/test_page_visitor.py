"""The visitor's cookie: ours or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer
from starlette.responses import Response

from bot.channels.page.visitor import new_visitor, remember, sign, unsign

SECRET = "0123456789abcdef"


def test_our_cookie_is_known_again() -> None:
    visitor = new_visitor()
    assert unsign(sign(visitor, SECRET), SECRET) == visitor


def test_visitors_differ() -> None:
    assert len({new_visitor() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        ".",
        "abc",
        "abc.def",
        "я" * 22,
        "x" * 5000,
        URLSafeSerializer(SECRET).dumps("abcdefghijklmnopqrstuv"),
        sign("abcdefghijklmnopqrstuv", "another secret key"),
        sign("too-short", SECRET),
        sign("a" * 21 + "'", SECRET),
    ],
)
def test_a_forged_cookie_is_nobody(cookie: str) -> None:
    assert unsign(cookie, SECRET) is None


def test_one_changed_letter_breaks_the_seal() -> None:
    cookie = sign("abcdefghijklmnopqrstuv", SECRET)
    for place in range(len(cookie) - 1):
        forged = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
        assert unsign(forged, SECRET) is None


@given(st.text())
def test_any_text_is_survived(cookie: str) -> None:
    assert unsign(cookie, SECRET) is None


def test_scripts_and_other_sites_do_not_get_the_cookie() -> None:
    response = Response()
    remember(response, new_visitor(), SECRET, secure=True)
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-otklik=")
    for part in ("httponly", "samesite=lax", "secure", "path=/", "max-age="):
        assert part in cookie


def test_over_plain_http_the_cookie_still_works() -> None:
    response = Response()
    remember(response, new_visitor(), SECRET, secure=False)
    assert "secure" not in response.headers["set-cookie"].lower()
