"""What a log may hold: whatever fails, no token, no telephone number, no word of a client."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import aiohttp
import pytest
import requests

from bot import logs
from bot.channels.telegram.receive import poll as poll_telegram
from bot.channels.telegram.send import TelegramSender
from bot.channels.vk.receive import poll as poll_vk
from bot.channels.vk.send import VkSender
from bot.domain.messages import Call, CallKind, Channel, Rendered
from bot.storage.session import Database

TELEGRAM_TOKEN = "123456789:AAFakeTokenOfTheStoriesWith35Letters"
VK_TOKEN = "vk1.a.FakeTokenOfTheStories-with_many-letters"
WORDS = "Незабудкина Клеопатра, 8 900 777-66-55, milk@example.org"
FORBIDDEN = (TELEGRAM_TOKEN, "AAFakeToken", VK_TOKEN, "FakeTokenOfTheStories", "Клеопатра", "777-66-55", "milk@example")
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything logged at any level, by any library, as the worker would write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(request.param))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def clean(stream: io.StringIO) -> str:
    text = stream.getvalue()
    assert text, "nothing was logged: the test proves nothing"
    assert not [word for word in FORBIDDEN if word in text], text
    return text


async def test_sdks_that_find_nobody(written: io.StringIO) -> None:
    """Both messengers away: polls and sends fail, and the libraries say so in their own words."""
    call = Call(1, Channel.TELEGRAM, CallKind.MESSAGE, "42", Rendered(WORDS))
    telegram, vk = TelegramSender(TELEGRAM_TOKEN, NOWHERE), VkSender(VK_TOKEN, 8, NOWHERE)
    for send in (telegram.send, vk.send):
        try:
            await send(call)
        except Exception:
            logging.getLogger("test").exception("a send failed")
    await telegram.close()
    await vk.close()
    stop = asyncio.Event()

    async def store(*_: object) -> None:
        return None

    async def ts() -> str | None:
        return None

    async with asyncio.TaskGroup() as group:
        group.create_task(poll_telegram(TELEGRAM_TOKEN, NOWHERE, store, stop))
        group.create_task(poll_vk(VK_TOKEN, 8, NOWHERE, ts, store, stop))
        await asyncio.sleep(0.3)
        stop.set()
    text = clean(written)
    assert "Telegram polling" in text
    assert "VK polling" in text


async def test_tracebacks_of_the_http_libraries_themselves(written: io.StringIO) -> None:
    """Their errors quote the address, and Telegram's address is the token."""
    log = logging.getLogger("test")
    async with aiohttp.ClientSession() as session:
        for url in (f"http://127.0.0.1:9/bot{TELEGRAM_TOKEN}/getMe", f"nonsense://{TELEGRAM_TOKEN}"):
            try:
                await session.get(url, params={"access_token": VK_TOKEN})
            except (aiohttp.ClientError, ValueError) as error:
                log.exception("no way")
                log.warning("no way: %s", error)
                log.warning("in full: %r %s", str(error), url)
    try:
        await asyncio.to_thread(requests.get, f"{NOWHERE}/method/users.get", {"access_token": VK_TOKEN}, timeout=1)
    except requests.RequestException as error:
        log.exception("no way")
        log.warning("no way: %s", str(error))
    clean(written)


async def test_errors_that_quote_a_client(written: io.StringIO, database_url: str) -> None:
    """A bug of ours, a refusal of the database, a task that nobody awaited, a group of errors."""
    log = logging.getLogger("test")
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        log.exception("update %d failed: %s", 7, error)
        try:
            raise ExceptionGroup("together", [KeyError(WORDS)]) from error
        except ExceptionGroup:
            log.exception("together")
    db = Database(database_url)
    try:
        async with db.begin() as tx:
            await tx.exec_driver_sql("SELECT CAST($1 AS text)::int", (WORDS,))
    except Exception:
        log.exception("the database refused")
    await db.close()
    log.warning("exception=ValueError('%s')>", WORDS)
    log.warning("posted to https://user:a-pass-word@host/ with secret=topsecret")
    text = clean(written)
    assert "ValueError" in text
    assert "SQLSTATE 22P02" in text
    assert "a-pass-word" not in text
    assert "topsecret" not in text


def test_json_is_one_object_a_line_with_ids() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter("json", ["the-operators-secret"]))
    log = logging.getLogger("bot.pumps")
    log.addHandler(handler)
    log.warning("update %d failed\nagain the-operators-secret", 12, extra={"update": 12})
    log.removeHandler(handler)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told["level"] == "warning"
    assert told["logger"] == "bot.pumps"
    assert told["event"] == "update %d failed\nagain <secret>"
    assert told["update"] == 12
    assert told["time"].endswith("Z")
