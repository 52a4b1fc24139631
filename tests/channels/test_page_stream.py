"""What the client's page is told, by its stream: in order, once, and only what is its own."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.page.flood import Streams, Ticket
from bot.channels.page.visitor import new_visitor
from bot.domain.messages import FileRef, Incoming, Kind, Mark, Rendered, RenderedButton, Style
from tests.channels.page_client import Browser
from tests.channels.page_stub import House

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
