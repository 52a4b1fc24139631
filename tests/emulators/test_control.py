"""The emulators in a process of their own, steered over the control API; faults, ledger and bounds."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.emulators import TelegramEmulator
from tests.emulators.faults import Faults
from tests.emulators.ledger import FAST_EFFECTS, FAST_MESSAGES_PER_CHAT, Ledger, Sent
from tests.emulators.telegram_updates import UpdateQueue

ROOT = Path(__file__).parents[2]
CLIENT = 501


@asynccontextmanager
async def _process(*options: str) -> AsyncIterator[dict[str, Any]]:
    command = (sys.executable, "-m", "tests.emulators", *options)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
    finally:
        if process.returncode is None:
            process.kill()


async def test_the_standalone_process() -> None:
    async with _process("--fast", "--seed", "5") as ready, aiohttp.ClientSession(ready["control"]) as control:
        telegram = f"{ready['telegram']['url']}/bot{ready['telegram']['token']}"
        items = [
            {"do": "client_says", "user_id": CLIENT, "text": "раз"},
            {"message": {"message_id": 9, "from": {"id": 7, "is_bot": False, "first_name": "Б"}}},
        ]
        async with control.post("/telegram/updates", json=items) as answer:
            pushed, raw_id = await answer.json()
        assert raw_id == pushed["update_id"] + 1
        async with control.post("/telegram/faults", json={"next": [{"kind": "drop", "n": 2}]}) as answer:
            assert await answer.json() == 2
        async with control.delete("/telegram/faults") as answer:
            assert await answer.json() is True
        waiting = asyncio.create_task(_got(control, "/telegram/sent?since=0&wait=5"))
        for user_id in (CLIENT, 7):
            async with control.post(f"{telegram}/sendMessage", data={"chat_id": user_id, "text": "два"}) as answer:
                assert answer.status == 200
        assert (await waiting)["sent"][0]["text"] == "два"
        sent = await _got(control, "/telegram/sent?since=1")
        assert (sent["next"], sent["sent"][0]["chat_id"], sent["sent"][0]["seq"]) == (2, 7, 1)
        assert (await _got(control, "/telegram/requests"))["requests"] == {"sendMessage": 2}
        assert (await _got(control, f"/telegram/messages?chat_id={CLIENT}"))[0]["text"] == "два"
        async with control.get("/") as page:
            assert f"chat {CLIENT}" in await page.text()
        async with control.post("/vk/updates", json=[{"do": "deny", "user_id": CLIENT}]) as answer:
            assert len((await answer.json())[0]) == 40
        wrong: list[Any] = [[{"do": "reset"}], [{"do": "client_says"}], {}]
        for body in wrong:
            async with control.post("/telegram/updates", json=body) as answer:
                assert answer.status == 400 and "error" in await answer.json()
        async with control.post("/reset") as answer:
            assert answer.status == 200
        assert (await _got(control, "/telegram/sent?since=2"))["sent"] == []


async def _got(control: aiohttp.ClientSession, path: str) -> Any:
    async with control.get(path) as answer:
        return await answer.json()


async def test_a_call_takes_effect_even_when_the_caller_dies_during_a_delay() -> None:
    async with TelegramEmulator(open_chats=True) as telegram:
        telegram.faults.next("delay", seconds=0.2)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(telegram.url.rsplit(":", 1)[1]))
        body = b"chat_id=501&text=1"
        head = f"POST /bot{telegram.token}/sendMessage HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
        assert (await telegram.wait_for(CLIENT, 1))[0].text == "1"
        assert await reader.read() == b""


async def test_a_dead_poller_takes_no_updates_with_it() -> None:
    queue = UpdateQueue(100, Faults())
    replay = {"update_id": 5, "message": {}}
    queue.push_raw(replay)
    gone = asyncio.Event()
    gone.set()
    assert await queue.take(10, 5, gone) == []
    assert await queue.take(10, 5, asyncio.Event()) == [replay]
    assert len(queue) == 0


async def test_a_poller_who_leaves_ends_his_poll() -> None:
    async with TelegramEmulator() as telegram, aiohttp.ClientSession() as http:
        url = f"{telegram.url}/bot{telegram.token}/getUpdates"
        first = asyncio.create_task(http.get(url, params={"timeout": 5}))
        await telegram.wait_polled()
        first.cancel()
        while telegram.polled:
            await asyncio.sleep(0.01)
        telegram.client_says(CLIENT, "раз")
        async with http.get(url) as answer:
            assert (await answer.json())["result"][0]["message"]["text"] == "раз"


async def test_pipelined_requests_are_answered_in_order() -> None:
    async with TelegramEmulator(open_chats=True) as telegram:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(telegram.url.rsplit(":", 1)[1]))
        telegram.faults.next("delay", seconds=0.05)
        for number in range(3):
            path = f"/bot{telegram.token}/sendMessage?chat_id=501&text={number}"
            writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        for number in range(3):
            await reader.readuntil(b'"text":"%d"' % number)
        writer.close()
        assert [sent.text for sent in telegram.messages(CLIENT)] == ["0", "1", "2"]


def test_faults_are_the_same_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[str | None]:
        faults = Faults(seed)
        faults.chance("drop", 0.3)
        faults.chance("error_502", 0.3)
        picked = [faults.pick("sendMessage") for _ in range(50)]
        assert sum(fault is not None for fault in picked) == faults.injected.total()
        return [fault.kind if fault else None for fault in picked]

    assert drawn(1) == drawn(1) != drawn(2)


def test_faults_strike_only_what_they_are_meant_for() -> None:
    faults = Faults(refused=frozenset({"captcha"}))
    faults.next("drop")
    faults.next("hang", method="getUpdates")
    assert faults.pick_update("reorder") is None
    hang, drop = faults.pick("getUpdates"), faults.pick("getMe")
    assert hang is not None and hang.kind == "hang"
    assert drop is not None and drop.kind == "drop"
    assert faults.pick("getMe") is None and faults.pending == 0
    for wrong in ({"kind": "captcha"}, {"kind": "flood"}, {"kind": "too_many", "after": True}):
        with pytest.raises(ValueError, match=r"captcha|flood|too_many"):
            faults.next(**wrong)


def test_fast_mode_is_bounded_and_counts_exactly() -> None:
    ledger = Ledger(fast=True)
    for number in range(FAST_EFFECTS + 100):
        ledger.add("sendMessage", Sent(number, CLIENT, "a", 0.0))
    assert ledger.total == FAST_EFFECTS + 100
    assert len(ledger.messages(CLIENT)) == FAST_MESSAGES_PER_CHAT
    assert [effect.seq for effect in ledger.since(0, 2)] == [100, 101]
    assert [effect.seq for effect in ledger.since(FAST_EFFECTS + 98, 10)] == [FAST_EFFECTS + 98, FAST_EFFECTS + 99]
