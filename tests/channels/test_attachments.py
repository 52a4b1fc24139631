"""Fetching what people send: from the messenger's own servers alone, and never more than is taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.channels.telegram.send import TelegramSender
from bot.channels.vk.attachments import _allowed, download
from bot.domain.errors import FileTooBig, Refused, RetryLater
from tests.emulators import TelegramEmulator

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://vk.com/doc1_2?hash=3", True),
        ("https://sun9-1.userapi.com/a/b.jpg?size=1", True),
        ("https://psv4.vkuser.net/s/v1/x", True),
        ("https://cs1.vkuseraudio.net./x.mp3", True),
        ("http://vk.com/doc1_2", False),
        ("https://vk.com:8443/doc1_2", False),
        ("https://vk.com@127.0.0.1/", False),
        ("https://user:pass@vk.com/", False),
        ("https://evilvk.com/", False),
        ("https://vk.com.evil.example/", False),
        ("https://127.0.0.1/", False),
        ("https://[::1]/", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://localhost/", False),
        ("file:///etc/passwd", False),
        ("https://vk.com:notaport/", False),
        ("https://[", False),
        ("", False),
    ],
)
async def test_only_vks_own_servers_are_asked(address: str, allowed: bool) -> None:
    assert _allowed(address, None) is allowed


@pytest.fixture
async def server() -> AsyncIterator[str]:
    async def big(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(50):
            await answer.write(b"\0" * 1000)
        return answer

    async def away(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query.get("to", "/file"))

    async def loop(request: web.Request) -> web.Response:
        raise web.HTTPFound("/loop")

    async def file(request: web.Request) -> web.Response:
        return web.Response(body=b"%PDF", status=int(request.query.get("status", "200")))

    app = web.Application()
    app.router.add_get("/big", big)
    app.router.add_get("/away", away)
    app.router.add_get("/loop", loop)
    app.router.add_get("/file", file)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_download_from_vk_and_its_failures(server: str) -> None:
    async def fetched(path: str, most: int = 100) -> bytes:
        return await asyncio.to_thread(download, server + path, most, server)

    assert await fetched("/file") == b"%PDF"
    assert await fetched("/away") == b"%PDF"
    with pytest.raises(FileTooBig):
        await fetched("/big", 20_000)
    with pytest.raises(FileTooBig):
        await fetched("/file", 3)
    for address in ("/away?to=http://127.0.0.1:1/", "/away?to=https://example.com/a", "/loop", "/file?status=404"):
        with pytest.raises(Refused):
            await fetched(address)
    with pytest.raises(RetryLater):
        await fetched("/file?status=502")


async def test_a_download_from_telegram_and_its_failures() -> None:
    async with TelegramEmulator() as telegram:
        sender = TelegramSender(telegram.token, telegram.url)
        telegram.state.files.update({"small": b"%PDF", "large": b"\0" * (21 * 1024 * 1024)})
        assert await sender.fetch("small", 100) == b"%PDF"
        with pytest.raises(FileTooBig):
            await sender.fetch("small", 3)
        with pytest.raises(FileTooBig):
            await sender.fetch("large", 20 * 1024 * 1024)
        with pytest.raises(Refused):
            await sender.fetch("of another bot", 100)
        for fault in ("drop", "error_502", "garbage"):
            telegram.faults.next(fault, method="getFile")
            with pytest.raises(RetryLater):
                await sender.fetch("small", 100)
        await sender.close()
