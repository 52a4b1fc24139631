"""Receiving from VK without losing: against a small long poll server that keeps its events."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import web

from bot.channels.vk import receive
from bot.channels.vk.receive import poll
from bot.domain.messages import Received
from tests.channels.long_polls import Inbox, until
from tests.channels.vk_long_poll import KEY, TOKEN, Server, event, polling


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_post("/method/groups.getLongPollServer", made.api)
    app.router.add_get("/lp", made.check)
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


async def test_the_first_start_keeps_its_ts_at_once(server: Server) -> None:
    inbox = Inbox()
    async with polling(server, inbox):
        await until(lambda: server.asked)
    assert inbox.batches == [([], "100")]
    assert server.forms[0]["group_id"] == "8"
    assert server.forms[0]["v"] == "5.199" and server.forms[0]["access_token"] == TOKEN


async def test_events_are_acknowledged_only_after_they_are_stored(server: Server) -> None:
    inbox = Inbox()
    async with polling(server, inbox):
        await until(lambda: server.asked)
        server.push(event("a"), event("b"))
        await until(lambda: len(server.asked) == 2)
    assert inbox.batches == [([], "100"), (["a", "b"], "102")]
    assert server.asked == ["100", "102"]
    assert inbox.rows[0].conversation == "vk:501"
    assert inbox.rows[0].payload == event("a")


async def test_a_start_goes_on_where_the_last_one_ended(server: Server) -> None:
    server.push(event("a"), event("b"), event("c"))
    inbox = Inbox(ts="101")
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert server.asked[0] == "101"
    assert inbox.batches == [(["b", "c"], "103")]


async def test_a_crash_before_acknowledging_brings_them_again(server: Server) -> None:
    first, stop = Inbox(ts="100"), asyncio.Event()
    server.push(event("a"))

    async def store_and_die(rows: Sequence[Received], ts: str) -> None:
        first.rows.extend(rows)  # and the process ends before ts is committed
        stop.set()

    await poll(TOKEN, 8, server.url, first.load_ts, store_and_die, stop, wait=2)
    second = Inbox(ts=first.ts)
    async with polling(server, second):
        await until(lambda: second.rows)
    assert first.ids() == second.ids() == ["a"]


async def test_while_storing_fails_nothing_is_acknowledged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox(ts="100")
    inbox.failures = 3
    server.push(event("a", "тайна"))
    async with polling(server, inbox):
        await until(lambda: len(server.asked) == 5)
    assert server.asked == ["100", "100", "100", "100", "101"]
    assert inbox.ids() == ["a"]
    assert inbox.counted["vk.poll_failed"] == 3
    assert "storing failed (RuntimeError)" in caplog.text and "тайна" not in caplog.text


async def test_an_event_twice_in_a_batch_is_one_row(server: Server) -> None:
    inbox = Inbox(ts="100")
    server.push(event("a"), event("a"), event("b"))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert inbox.batches == [(["a", "b"], "103")]


async def test_what_is_no_event_stops_nothing(server: Server) -> None:
    inbox = Inbox(ts="100")
    typing = {"type": "message_typing_state"}
    server.push("junk", None, {"object": 5}, event("a"), {"type": "message_new"}, typing)
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
        server.push(event("b"))
        await until(lambda: "b" in inbox.ids())
    assert inbox.counted["vk.event_without_shape"] == 2
    assert len(inbox.rows) == 4 and inbox.ts == "107"


async def test_an_expired_key_is_renewed_and_ts_kept(server: Server) -> None:
    inbox = Inbox(ts="100")
    async with polling(server, inbox):
        await until(lambda: server.asked)
        server.keys = 2
        server.push(event("a"))
        await until(lambda: server.servers == 2)
        server.push(event("b"))
        await until(lambda: len(inbox.rows) == 2)
    assert inbox.ids() == ["a", "b"]
    assert inbox.counted["vk.history_lost"] == 0


async def test_history_outdated_goes_on_with_what_is_left_and_is_told(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox(ts="40")
    server.push(event("a"))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert inbox.batches == [([], "100"), (["a"], "101")]
    assert inbox.counted["vk.history_lost"] == 1
    assert "messages may be missing" in caplog.text


async def test_history_lost_starts_afresh_and_is_told(server: Server) -> None:
    inbox = Inbox(ts="100")
    server.push(event("a"))
    server.faults.append(web.json_response({"failed": 3}))
    async with polling(server, inbox):
        await until(lambda: inbox.ts == "101")
        server.push(event("b"))
        await until(lambda: inbox.rows)
    assert inbox.batches == [([], "101"), (["b"], "102")]
    assert inbox.counted["vk.history_lost"] == 1
    assert server.servers == 2


async def test_a_key_refused_for_ever_is_no_busy_loop(server: Server) -> None:
    inbox = Inbox(ts="100")
    server.faults.extend(web.json_response({"failed": 2}) for _ in range(200))
    async with polling(server, inbox):
        await asyncio.sleep(0.6)
    assert inbox.counted["vk.poll_failed"] >= 2
    assert len(server.asked) < 20


def api_error(code: int, text: str = "said by VK", **more: Any) -> web.Response:
    return web.json_response({"error": {"error_code": code, "error_msg": text, "request_params": [], **more}})


def faults() -> dict[str, web.Response | None]:
    return {
        "500": web.Response(status=500, text="{}"),
        "502 in HTML": web.Response(status=502, text="<html>502</html>", content_type="text/html"),
        "200 in HTML": web.Response(text="<html>log in to the hotel's network</html>"),
        "broken JSON": web.Response(text='{"ts": "101", "updates": ['),
        "bare list": web.json_response([]),
        "null": web.json_response(None),
        "no updates": web.json_response({"ts": "101"}),
        "updates of another shape": web.json_response({"ts": "101", "updates": {"type": "x"}}),
        "ts of another shape": web.json_response({"ts": {"a": 1}, "updates": []}),
        "failed for no known reason": web.json_response({"failed": 4, "min_version": 3}),
        "failed without a ts": web.json_response({"failed": 1}),
        "not UTF-8": web.Response(body=b"\xff\xfe{"),
        "nothing": web.Response(body=b""),
        "connection cut": None,
    }


@pytest.mark.parametrize("name", faults())
async def test_a_fault_of_the_long_poll_is_survived(
    server: Server, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox(ts="100")
    server.faults.append(faults()[name])
    server.push(event("a"))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert inbox.batches == [(["a"], "101")]
    assert inbox.counted["vk.poll_failed"] == 1
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(lines) == 1 and "\n" not in lines[0] and "again in" in lines[0]
    assert TOKEN not in caplog.text and KEY not in caplog.text


def api_faults() -> dict[str, tuple[web.Response, str]]:
    return {
        "unknown": (api_error(1), "VK error 1: said by VK"),
        "internal": (api_error(10), "VK error 10: said by VK"),
        "refused": (api_error(100), "VK error 100: said by VK"),
        "no words": (web.json_response({"error": {"error_code": 10}}), "VK error 10"),
        "no code": (web.json_response({"error": {}}), "can't be read"),
        "error is text": (web.json_response({"error": "no"}), "can't be read"),
        "no answer": (web.json_response({}), "can't be read"),
        "no key": (web.json_response({"response": {"ts": "1"}}), "can't be read"),
        "bare list": (web.json_response([]), "can't be read"),
        "HTML": (web.Response(text="<html>"), "no answer from VK (JSONDecodeError)"),
        "502": (web.Response(status=502, text="<html>"), "HTTP 502 from VK"),
    }


@pytest.mark.parametrize("name", api_faults())
async def test_a_fault_of_the_api_is_survived(server: Server, name: str, caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox(ts="100")
    answer, told = api_faults()[name]
    server.api_faults.append(answer)
    server.push(event("a"))
    async with polling(server, inbox):
        await until(lambda: inbox.rows)
    assert inbox.ids() == ["a"]
    assert told in caplog.text and TOKEN not in caplog.text


async def test_a_captcha_without_its_fields_is_waited_out(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.api_faults.append(api_error(14))
    async with polling(server, Inbox()):
        await until(lambda: "VK error 14; again in 300.0 s" in caplog.text)


async def test_nobody_listening_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    stop, inbox = asyncio.Event(), Inbox()
    work = poll(TOKEN, 8, "http://127.0.0.1:9", inbox.load_ts, inbox.store, stop, count=inbox.count)
    async with asyncio.TaskGroup() as group:
        group.create_task(work)
        await until(lambda: inbox.counted["vk.poll_failed"] >= 2)
        stop.set()
    assert "no answer from VK (ConnectionError)" in caplog.text


async def test_stopping_leaves_the_long_poll_to_itself(server: Server) -> None:
    inbox = Inbox(ts="100")
    async with polling(server, inbox, wait=3) as stop:
        await until(lambda: server.asked)
        began = time.monotonic()
        stop.set()
    assert time.monotonic() - began < 1
    server.push(event("a"))
    await asyncio.sleep(0.2)
    assert inbox.rows == [] and inbox.ts == "100"


async def test_stopping_lets_a_commit_end(server: Server) -> None:
    inbox, began, stop = Inbox(ts="100"), asyncio.Event(), asyncio.Event()
    server.push(event("a"))

    async def slow(rows: Sequence[Received], ts: str) -> None:
        began.set()
        await asyncio.sleep(0.2)
        await inbox.store(rows, ts)

    async with asyncio.TaskGroup() as group:
        group.create_task(poll(TOKEN, 8, server.url, inbox.load_ts, slow, stop, wait=2))
        await began.wait()
        stop.set()
    assert inbox.batches == [(["a"], "101")]
