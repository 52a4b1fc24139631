"""OWASP A05, security misconfiguration: headers, cookies, caching, what errors reveal."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from bot.console.assets import HERE
from bot.turn import Runtime
from tests.console.house import House
from tests.console.house import house as a_house


async def test_every_answer_is_guarded(house: House) -> None:
    admin = await house.seated("admin", "administrator")
    paths = ["/desk/sign-in", "/desk/inbox", "/desk/staff", "/desk/audit", "/desk/nowhere", "/desk/link?t=x"]
    for path in [*paths, "/desk/static/x/desk.css"]:
        headers = (await admin.gets(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"


async def test_no_page_is_kept_by_a_browser(house: House) -> None:
    admin = await house.seated("admin", "administrator")
    for route in house.app.routes:
        if (
            isinstance(route, APIRoute)
            and "GET" in (route.methods or ())
            and "{" not in route.path
            and route.path != "/live"
        ):
            assert (await admin.gets(f"/desk{route.path}", follow=False)).headers["Cache-Control"] == "no-store"


async def test_cookies_are_out_of_reach(house: House) -> None:
    await house.person("Ольга", "olga")
    olga = house.browser()
    await olga.gets("/desk/sign-in")
    answer = await olga.posts("/desk/sign-in", {"login": "olga", "password": "трактор зелёный едет"}, follow=False)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("desk=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie


async def test_over_https_cookies_are_secure_and_of_this_host_alone(runtime: Runtime) -> None:
    async with a_house(runtime, secure=True) as house:
        browser = house.browser()
        answer = await browser.gets("/desk/sign-in")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-desk-form=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert "max-age" in answer.headers["Strict-Transport-Security"]


async def test_documentation_of_the_interface_is_off(house: House) -> None:
    browser = house.browser()
    for path in ("/desk/docs", "/desk/redoc", "/desk/openapi.json", "/desk/static/x/../desk.py"):
        assert (await browser.gets(path)).status == 404


async def test_an_error_reveals_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("secret: Кузнецова Мария")

    monkeypatch.setattr("bot.console.register.read_audit", breaks)
    admin = await house.seated("admin", "administrator")
    answer = await admin.gets("/desk/audit")
    assert answer.status == 500
    assert "Кузнецова" not in answer.body
    assert "Что-то сломалось" in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_templates_need_no_inline_script_or_style() -> None:
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted((HERE / "templates").glob("*.html"))
        for match in re.finditer(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", path.read_text())
    ]
    assert not found
