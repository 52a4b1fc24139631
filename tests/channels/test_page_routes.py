"""The page's routes over real HTTP: what is taken, what is refused, what is streamed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.channels.page.visitor import new_visitor, sign
from tests.channels.page_client import Browser
from tests.channels.page_stub import House, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")


# --- the page and its files -------------------------------------------------------


async def test_the_page_sets_a_cookie_and_keeps_it(browser: Browser) -> None:
    status, html, headers = await browser.open()
    assert status == 200
    assert 'role="log"' in html
    first = browser.visitor
    assert "HttpOnly" in headers["Set-Cookie"]
    await browser.open()
    assert browser.visitor == first


async def test_a_forged_cookie_brings_a_new_visitor_not_an_error(browser: Browser) -> None:
    victim = new_visitor()
    browser.bring(sign(victim, "not the secret key"))
    status, _, _ = await browser.open()
    assert status == 200
    assert browser.visitor != victim


async def test_the_page_runs_nothing_but_its_own_script(browser: Browser) -> None:
    _, html, headers = await browser.open()
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "style=" not in html
    assert "http://" not in html and "https://" not in html
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


async def test_words_with_markup_stay_words(house: House, browser: Browser) -> None:
    house.words = {"ru": {"page.title": "<b>Министерство</b>", "page.send": '</script><script>alert("x")</script>'}}
    _, html, _ = await browser.open()
    assert "<b>" not in html
    assert "<script>alert" not in html


async def test_files_are_kept_by_browsers_under_their_version_only(browser: Browser) -> None:
    _, html, _ = await browser.open()
    address = html.split('rel="stylesheet" href="')[1].split('"')[0]
    status, css, headers = await browser.open(address)
    assert status == 200 and ":root" in css
    assert "immutable" in headers["Cache-Control"]
    assert headers["Content-Type"].startswith("text/css")
    _, _, headers = await browser.open("/static/page/000000000000/page.js")
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Content-Type"].startswith("text/javascript")


@pytest.mark.parametrize("name", ["none.js", "..%2froutes.py", "%2e%2e", "page.html", "x%00.js"])
async def test_no_other_file_is_given_out(browser: Browser, name: str) -> None:
    status, _, _ = await browser.open(f"/static/page/x/{name}")
    assert status == 404


@pytest.mark.parametrize(
    ("accept", "address", "language"),
    [
        ("en-GB,en;q=0.9,ru;q=0.8", "/", "en"),
        ("de,en;q=0.5,ru;q=0.8", "/", "ru"),
        ("de", "/", "ru"),
        ("", "/", "ru"),
        ("ru", "/?lang=en", "en"),
        ("en", "/?lang=<script>", "en"),
        ("en;q=zero, ,;;,*;q=1", "/", "en"),
    ],
)
async def test_the_page_speaks_the_browsers_language(
    house: House, browser: Browser, accept: str, address: str, language: str
) -> None:
    house.words = {"ru": {}, "en": {}}
    _, html, _ = await browser.open(address, **{"Accept-Language": accept})
    assert f'<html lang="{language}">' in html


# --- posting ----------------------------------------------------------------------


async def test_a_message_is_accepted_after_it_is_stored(house: House, browser: Browser) -> None:
    await browser.open()
    message = {"id": "m-1", "kind": "text", "text": "Здравствуйте", "action": ""}
    status, answer, _ = await browser.post("/chat/messages", message)
    assert (status, answer) == (202, {"accepted": True})
    (row,) = house.stored
    assert row.external_id == f"{browser.visitor}:m-1"
    assert row.conversation == f"page:{browser.visitor}"


async def test_a_store_that_fails_promises_nothing(house: House, browser: Browser) -> None:
    await browser.open()
    house.down = True
    status, answer, headers = await browser.post("/chat/messages", {"id": "m", "kind": "text", "text": "a"})
    assert status == 503
    assert answer["message"] == "error_down"
    assert int(headers["Retry-After"]) >= 1
    house.down = False
    assert await browser.write("a", "m") == 202


async def test_without_a_cookie_or_with_a_forged_one_nothing_is_taken(house: House, browser: Browser) -> None:
    assert await browser.write("a") == 403
    browser.bring(sign(new_visitor(), "not the secret key"))
    assert await browser.write("a") == 403
    status, _, _ = await browser.open("/chat/stream")
    assert status == 403
    assert house.stored == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.invalid"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1.evil.invalid"},
    ],
)
async def test_another_site_can_not_post(house: House, browser: Browser, headers: dict[str, str]) -> None:
    await browser.open()
    for address in ("/chat/messages", "/chat/ack"):
        content = {"id": "x", "kind": "text", "text": "a", "upto": 1}
        status, _, _ = await browser.post(address, content, headers)
        assert status == 403
    assert house.stored == [] and house.acknowledged == {}


async def test_its_own_page_can_post_also_behind_a_proxy(browser: Browser) -> None:
    await browser.open()
    content = {"id": "x", "kind": "text", "text": "a"}
    for headers in (
        {"Origin": browser.url},
        {"Origin": "https://chat.invalid", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://chat.invalid", "X-Forwarded-Host": "chat.invalid"},
    ):
        status, _, _ = await browser.post("/chat/messages", content, headers)
        assert status == 202


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_only_json_is_read(browser: Browser, kind: str) -> None:
    await browser.open()
    status, _, _ = await browser.post("/chat/messages", {"id": "x"}, {"Content-Type": kind})
    assert status == 415


async def test_a_body_beyond_the_limit_is_refused(house: House, browser: Browser) -> None:
    await browser.open()
    status, answer, _ = await browser.post("/chat/messages", b" " * 70_000)
    assert (status, answer["message"]) == (413, "error_long")
    status, _, _ = await browser.post("/chat/ack", b" " * 2_000)
    assert status == 413
    assert house.stored == []


async def test_a_body_without_length_is_counted_too(browser: Browser) -> None:
    await browser.open()

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 8192

    async with browser.session.post(
        browser.url + "/chat/messages", data=endless(), headers={"Content-Type": "application/json"}
    ) as response:
        assert response.status == 413


async def test_too_long_a_text_is_refused_with_a_sentence(house: House, browser: Browser) -> None:
    house.words = {"ru": {"page.error_long": "Сообщение слишком длинное."}}
    await browser.open()
    content = {"id": "x", "kind": "text", "text": "я" * 20_001}
    status, answer, _ = await browser.post("/chat/messages", json.dumps(content, ensure_ascii=False).encode())
    assert status == 422
    assert answer == {"accepted": False, "error": "error_long", "message": "Сообщение слишком длинное."}


async def test_broken_json_is_refused(browser: Browser) -> None:
    await browser.open()
    status, answer, _ = await browser.post("/chat/messages", b'{"id": ')
    assert (status, answer["error"]) == (400, "error_bad")


async def test_a_flood_is_told_when_to_come_back() -> None:
    house = House()
    served = await serve(replace(house.ports(), burst=3, rate=0.5))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        browser = Browser(house, served.url, session)
        await browser.open()
        assert [await browser.write("a", f"m{n}") for n in range(4)] == [202, 202, 202, 429]
        _, _, headers = await browser.post("/chat/messages", {"id": "x", "kind": "text", "text": "a"})
        assert 1 <= int(headers["Retry-After"]) <= 2
    await served.stop()
    assert len(house.stored) == 3
