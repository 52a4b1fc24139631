"""The page's routes over real HTTP: what is taken, what is refused, what is streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from bot.channels.page.flood import Streams, Ticket
from bot.channels.page.visitor import new_visitor, sign, unsign
from bot.domain.messages import FileRef, Incoming, Kind, Mark, Rendered, RenderedButton, Style
from tests.channels.page_stub import SECRET, House, Served, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Browser:
    """A client that keeps cookies."""

    house: House
    url: str
    session: aiohttp.ClientSession

    @property
    def visitor(self) -> str:
        cookie = next(c for c in self.session.cookie_jar if c.key == "otklik")
        visitor = unsign(cookie.value, SECRET)
        assert visitor
        return visitor

    def bring(self, cookie: str) -> None:
        """Plant a cookie."""
        self.session.cookie_jar.update_cookies({"otklik": cookie}, URL(self.url))

    async def open(self, address: str = "/", **headers: str) -> tuple[int, str, Any]:
        async with self.session.get(self.url + address, headers=headers) as response:
            return response.status, await response.text(), response.headers

    async def post(self, address: str, content: Any, headers: Mapping[str, str] | None = None) -> tuple[int, Any, Any]:
        sent = content if isinstance(content, bytes) else json.dumps(content).encode()
        types = {"Content-Type": "application/json", **(headers or {})}
        async with self.session.post(self.url + address, data=sent, headers=types) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None, response.headers

    async def write(self, text: str, key: str = "one", **more: Any) -> int:
        status, _, _ = await self.post(
            "/chat/messages", {"id": key, "kind": "text", "text": text, "action": "", **more}
        )
        return int(status)

    async def listen(self, count: int, address: str = "/chat/stream", **headers: str) -> list[dict[str, Any]]:
        """The first ``count`` events, pings left out; each with its name, id and data."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(5), self.session.get(self.url + address, headers=headers) as response:
            assert response.status == 200
            assert response.headers["Content-Type"].startswith("text/event-stream")
            event: dict[str, Any] = {"event": "message", "id": None}
            async for line in response.content:
                name, _, value = line.decode().rstrip("\r\n").partition(": ")
                if name in ("event", "id"):
                    event[name] = value
                elif name == "data":
                    event["data"] = json.loads(value)
                elif not name and "data" in event:
                    if event["event"] != "ping":
                        found.append(event)
                    event = {"event": "message", "id": None}
                if len(found) == count:
                    break
        return found


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served() -> AsyncIterator[tuple[House, Served]]:
    house = House()
    running = await serve(house.ports())
    yield house, running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def house(served: tuple[House, Served]) -> House:
    """The same house for all, as empty as new."""
    served[0].clear()
    return served[0]


@pytest_asyncio.fixture(loop_scope="module")
async def browser(house: House, served: tuple[House, Served]) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(house, served[1].url, session)


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


# --- the stream -------------------------------------------------------------------


async def test_the_stream_tells_the_past_then_what_comes(house: House, browser: Browser) -> None:
    house.answer = lambda incoming: [Rendered("раз"), Rendered("два")] if incoming.kind is Kind.TEXT else []
    await browser.open()
    await browser.write("привет", "a")
    listening = asyncio.create_task(browser.listen(7))
    await asyncio.sleep(0.2)
    await browser.write("ещё", "b")
    events = await listening
    told = [(e["data"]["own"], e["data"]["text"]) for e in events if e["event"] == "message"]
    assert told == [
        (True, "привет"), (False, "раз"), (False, "два"), (True, "ещё"), (False, "раз"), (False, "два"),
    ]  # fmt: skip
    assert [e["event"] for e in events].index("ready") == 3
    ids = [int(e["id"]) for e in events if e["id"]]
    assert ids == sorted(ids) == [e["data"]["id"] for e in events if e["id"]]


async def test_a_line_taken_up_again_goes_on_where_it_was(house: House, browser: Browser) -> None:
    await browser.open()
    for n in range(6):
        await house.say(browser.visitor, Rendered(f"{n}"))
    by_header = await browser.listen(3, **{"Last-Event-ID": "4"})
    assert [e["data"].get("text") for e in by_header] == ["4", "5", None]
    by_address = await browser.listen(2, "/chat/stream?after=5")
    assert [e["data"].get("text") for e in by_address] == ["5", None]
    newest = await browser.listen(2, "/chat/stream?after=1", **{"Last-Event-ID": "5"})
    assert [e["data"].get("text") for e in newest] == ["5", None]


@pytest.mark.parametrize("after", ["-1", "x", "", "9" * 40, "1e3", "٣", "<script>"])
async def test_a_broken_place_means_from_the_start(house: House, browser: Browser, after: str) -> None:
    await browser.open()
    await house.say(browser.visitor, Rendered("первое"))
    events = await browser.listen(1, f"/chat/stream?after={after}")
    assert events[0]["data"]["text"] == "первое"


async def test_a_long_past_is_cut_and_a_long_gap_is_not(house: House, browser: Browser) -> None:
    await browser.open()
    for n in range(250):
        await house.say(browser.visitor, Rendered(f"{n}"))
    first = await browser.listen(101)
    assert [e["data"].get("text") for e in first] == [*(f"{n}" for n in range(150, 250)), None]
    gap = await browser.listen(241, "/chat/stream?after=10")
    assert [e["data"].get("text") for e in gap] == [*(f"{n}" for n in range(10, 250)), None]


async def test_another_visitors_words_never_come(house: House, browser: Browser) -> None:
    await browser.open()
    await house.say(new_visitor(), Rendered("чужое"))
    (event,) = await browser.listen(1)
    assert event["event"] == "ready"


async def test_a_message_travels_whole(house: House, browser: Browser) -> None:
    await browser.open()
    rows = ((RenderedButton("Да", "yes"), RenderedButton("Сайт", link="https://example.invalid/")),)
    nasty = "строка\r\nдругая\n\ndata: x\u2028\u0085 </script> 👨‍👩‍👧"
    await house.say(browser.visitor, Rendered(nasty, (Mark(0, 6, Style.BOLD),), rows))
    (event,) = await browser.listen(1)
    assert event["data"]["text"] == nasty
    assert event["data"]["marks"] == [{"start": 0, "length": 6, "style": "bold"}]
    assert event["data"]["rows"] == [
        [{"label": "Да", "action": "yes"}, {"label": "Сайт", "link": "https://example.invalid/"}]
    ]
    assert event["data"]["at"].endswith("+00:00")


async def test_a_failure_below_ends_the_stream_quietly(house: House, browser: Browser) -> None:
    await browser.open()
    house.down = True
    async with asyncio.timeout(3), browser.session.get(browser.url + "/chat/stream") as response:
        assert response.status == 200
        assert b"ready" not in await response.read()


async def test_a_closed_stream_is_let_go(house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    leave = Streams.leave

    def noted(self: Streams, visitor: str, ticket: Ticket) -> None:
        leave(self, visitor, ticket)
        left.append(visitor)

    monkeypatch.setattr(Streams, "leave", noted)
    await browser.open()
    await browser.listen(1)
    async with asyncio.timeout(3):
        while not left:
            await asyncio.sleep(0.02)
    assert left == [browser.visitor]


async def test_what_was_shown_is_acknowledged(house: House, browser: Browser) -> None:
    await browser.open()
    assert (await browser.post("/chat/ack", {"upto": 5}))[0] == 204
    assert house.acknowledged == {browser.visitor: 5}
    assert (await browser.post("/chat/ack", {"upto": "5"}))[0] == 400
    assert (await browser.post("/chat/ack", {"upto": 0}))[0] == 204


async def test_an_incoming_message_names_its_visitor(house: House, browser: Browser) -> None:
    seen: list[Incoming] = []

    def answer(incoming: Incoming) -> list[Rendered]:
        seen.append(incoming)
        return []

    house.answer = answer
    await browser.open()
    await browser.write("/menu", "a")
    assert seen[0].external_id == browser.visitor
    assert (seen[0].kind, seen[0].name) == (Kind.COMMAND, "menu")


async def test_a_file_is_saved_by_the_browser_and_never_shown(browser: Browser) -> None:
    await browser.open()
    name = 'Бланк "А"/..\r\n.docx'
    file = FileRef("ab", name, "image/svg+xml", 3)
    told = Rendered("Бланк", file=file)
    opened = await browser.house.say(browser.visitor, told)
    browser.house.files[browser.visitor, opened.id] = (file, b"<svg")
    message = (await browser.listen(1))[0]["data"]
    assert message["file"] == {"name": name, "size": 3, "link": f"/chat/files/{opened.id}"}

    status, text, headers = await browser.open(message["file"]["link"])
    assert (status, text) == (200, "<svg")
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert "%0D" not in headers["Content-Disposition"] and "%2F" not in headers["Content-Disposition"]
    for address in ("/chat/files/999", "/chat/files/x", "/chat/files/" + "9" * 30, "/chat/files/%D9%A1"):
        assert (await browser.open(address))[0] == 404
    browser.session.cookie_jar.clear()
    assert (await browser.open(message["file"]["link"]))[0] == 403
