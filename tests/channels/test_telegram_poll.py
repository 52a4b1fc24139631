"""Receiving from Telegram without losing: against a small server that keeps what was not confirmed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import web

from bot.channels.telegram import receive
from bot.channels.telegram.receive import ALLOWED_UPDATES, poll
from bot.domain.messages import Received
from tests.channels.long_polls import Inbox, until
from tests.channels.telegram_long_poll import TOKEN, Server, polling, update


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    made.arrived.set()
    await runner.cleanup()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "FIRST_PAUSE", 0.02)


async def test_updates_are_confirmed_only_after_they_are_stored(server: Server) -> None:
    inbox = Inbox()
    server.push(update(7), update(8))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
        await until(lambda: len(server.offsets()) == 2)
    assert inbox.batches == [(["7", "8"], None)]
    assert server.offsets() == [None, 9]
    assert inbox.rows[0].conversation == "telegram:501"
    assert inbox.rows[0].payload == update(7)


async def test_a_webhook_is_removed_first_and_what_waits_is_kept(server: Server) -> None:
    async with polling(server, Inbox()):
        await until(server.offsets)
    assert server.calls[0] == ("deleteWebhook", {"drop_pending_updates": False})
    assert server.calls[1][1]["allowed_updates"] == list(ALLOWED_UPDATES)
    assert server.calls[1][1]["limit"] == 100


async def test_a_crash_before_confirming_brings_them_again(server: Server) -> None:
    first, second = Inbox(), Inbox()
    server.push(update(7))
    stop = asyncio.Event()

    async def store_and_die(rows: Sequence[Received]) -> None:
        await first.store(rows)
        stop.set()

    await poll(TOKEN, server.url, store_and_die, stop, wait=5)
    assert first.ids() == ["7"] and server.offsets() == [None]
    async with polling(server, second):
        await until(lambda: second.rows)
    assert second.ids() == ["7"]


async def test_while_storing_fails_nothing_is_confirmed(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox()
    inbox.failures = 3
    server.push(update(7, "тайна"))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
        await until(lambda: len(server.offsets()) == 5)
    assert server.offsets() == [None, None, None, None, 8]
    assert inbox.counted["telegram.poll_failed"] == 3
    assert "storing failed (RuntimeError)" in caplog.text and "тайна" not in caplog.text


async def test_an_update_twice_in_a_batch_is_one_row(server: Server) -> None:
    inbox = Inbox()
    server.push(update(7), update(7), update(8))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert inbox.batches == [(["7", "8"], None)]


async def test_what_is_no_update_stops_nothing(server: Server) -> None:
    inbox = Inbox()
    nameless = {"message": {"text": "no id"}}
    server.push("junk", nameless, None, update(9), {"update_id": "x"}, {"update_id": 10})
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
        await until(lambda: len(server.offsets()) == 2)
        server.push(update(11))
        await until(lambda: "11" in inbox.ids())
    assert server.offsets()[1] == 11
    assert {"9", "10", "11"} <= set(inbox.ids())
    assert inbox.counted["telegram.update_without_id"] >= 4
    assert len(inbox.batches[0][0]) == 4  # two without an id are named by what they hold


async def test_a_batch_of_nothing_but_junk_is_asked_for_again_in_peace(server: Server) -> None:
    inbox = Inbox()
    server.push("junk")
    async with polling(server, inbox):
        await until(lambda: inbox.counted["telegram.poll_failed"] == 1)
        server.push(update(9))
        await until(lambda: inbox.rows)
        await until(lambda: len(server.offsets()) == 3)
    assert inbox.ids() == ["9"]
    assert server.offsets() == [None, None, 10]


def refusal(code: int, text: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": code, "description": text, "parameters": parameters}
    return web.json_response(body, status=code)


def faults() -> dict[str, web.Response | None]:
    return {
        "401": refusal(401, "Unauthorized"),
        "404": refusal(404, "Not Found"),
        "409": refusal(409, "Conflict: terminated by other getUpdates request"),
        "429 without a wish": refusal(429, "Too Many Requests"),
        "429 with nonsense": refusal(429, "Too Many Requests", retry_after="soon"),
        "500": refusal(500, "Internal Server Error"),
        "400 without words": web.json_response({"ok": False}, status=400),
        "502 in HTML": web.Response(status=502, text="<html>502</html>", content_type="text/html"),
        "200 in HTML": web.Response(text="<html>log in to the hotel's network</html>"),
        "broken JSON": web.Response(text='{"ok": true, "result": [', content_type="application/json"),
        "bare list": web.json_response([]),
        "no result": web.json_response({"ok": True}),
        "result of another shape": web.json_response({"ok": True, "result": {"update_id": 1}}),
        "result of true": web.json_response({"ok": True, "result": True}),
        "nothing": web.Response(body=b""),
        "not UTF-8": web.Response(body=b"\xff\xfe{"),
        "connection cut": None,
    }


@pytest.mark.parametrize("name", faults())
async def test_a_fault_is_survived_and_told_without_the_token(
    server: Server, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox()
    fault = faults()[name]
    server.faults.append(fault)
    server.push(update(7))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert inbox.ids() == ["7"]
    assert inbox.counted["telegram.poll_failed"] == 1
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(lines) == 1 and "\n" not in lines[0] and "again in" in lines[0]
    assert "very-secret" not in caplog.text


async def test_nobody_listening_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    stop, inbox = asyncio.Event(), Inbox()
    async with asyncio.TaskGroup() as group:
        group.create_task(poll(TOKEN, "http://127.0.0.1:9", inbox.store, stop, count=inbox.count))
        await until(lambda: inbox.counted["telegram.poll_failed"] >= 2)
        stop.set()
    assert "no connection (ClientConnectorError)" in caplog.text
    assert "very-secret" not in caplog.text


async def test_retry_after_is_honoured(server: Server) -> None:
    inbox = Inbox()
    server.faults.append(refusal(429, "Too Many Requests: retry after 1", retry_after=1))
    server.push(update(7))
    began = time.monotonic()
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert 1 <= time.monotonic() - began < 2.5


async def test_after_a_conflict_the_webhook_is_removed_again(server: Server) -> None:
    server.faults.append(refusal(409, "Conflict: can't use getUpdates method while webhook is active"))
    async with polling(server, Inbox()):
        await until(lambda: len(server.offsets()) == 2)
    methods = [method for method, _ in server.calls]
    assert methods == ["deleteWebhook", "getUpdates", "deleteWebhook", "getUpdates"]


async def test_a_lone_surrogate_holds_up_nobody(server: Server) -> None:
    inbox = Inbox()
    half = rb'{"update_id": 7, "message": {"text": "a\ud800\u0000b"}}'
    body = b'{"ok": true, "result": [' + half + b', {"update_id": 8}]}'
    server.faults.append(web.Response(body=body, content_type="application/json"))
    async with polling(server, inbox):
        await until(lambda: len(inbox.rows) == 2)
    assert inbox.rows[0].payload["message"] == {"text": "ab"}


async def test_stopping_cancels_the_long_poll(server: Server) -> None:
    async with polling(server, Inbox(), wait=25) as stop:
        await until(server.offsets)
        began = time.monotonic()
        stop.set()
    assert time.monotonic() - began < 0.5


async def test_stopping_lets_a_commit_end(server: Server) -> None:
    inbox, began, stop = Inbox(), asyncio.Event(), asyncio.Event()
    server.push(update(7))

    async def slow(rows: Sequence[Received]) -> None:
        began.set()
        await asyncio.sleep(0.2)
        await inbox.store(rows)

    async with asyncio.TaskGroup() as group:
        group.create_task(poll(TOKEN, server.url, slow, stop, wait=5))
        await began.wait()
        stop.set()
    assert inbox.ids() == ["7"]
    assert server.offsets() == [None]


async def test_stopping_ends_a_pause(server: Server) -> None:
    inbox = Inbox()
    server.faults.append(refusal(429, "Too Many Requests", retry_after=500))
    async with polling(server, inbox) as stop:
        await until(lambda: inbox.counted["telegram.poll_failed"])
        began = time.monotonic()
        stop.set()
    assert time.monotonic() - began < 0.5
