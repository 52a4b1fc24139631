"""Telegram's webhook: what is stored, what is refused, and how the webhook is kept set."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.channels import hooks
from bot.channels.hooks import MAX_BODY, WRONG_BURST, hook
from bot.channels.telegram import keep as keeping
from bot.channels.telegram.keep import keep
from bot.channels.telegram.receive import ALLOWED_UPDATES
from bot.channels.telegram.webhook import SECRET_HEADER, router
from bot.domain.messages import Received
from tests.channels.served import Asker, served
from tests.emulators.telegram import TelegramEmulator

HOOK = hook("telegram", "4242", "a secret of sixteen letters and more")
SECRET = {SECRET_HEADER: HOOK.secret}
SITE = "https://bot.example"


def update(number: int) -> dict[str, Any]:
    chat = {"id": 501, "type": "private", "first_name": "Анна"}
    return {"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "text": "привет"}}


class Inbox:
    """What was committed. ``down``: the database is away."""

    def __init__(self) -> None:
        self.rows: list[Received] = []
        self.down = False
        self.counted: Counter[str] = Counter()

    async def store(self, rows: Sequence[Received]) -> None:
        if self.down:
            raise ConnectionError(f"database refuses {rows[0].payload}")
        self.rows.extend(rows)

    def count(self, what: str) -> None:
        self.counted[what] += 1


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def telegram(inbox: Inbox) -> AsyncIterator[Asker]:
    """Telegram, as the webhook sees it."""
    async with served(router(HOOK, inbox.store, inbox.count)) as client:
        yield client


def test_the_address_is_derived_and_guessed_by_nobody() -> None:
    assert hook("telegram", "4242", "a secret of sixteen letters and more") == HOOK
    others = [hook("telegram", "4243", "a secret of sixteen letters and more"), hook("vk", "4242", "another secret")]
    assert len({HOOK.path, HOOK.secret, *(o.path for o in others), *(o.secret for o in others)}) == 6
    assert len(HOOK.path) > 40 and HOOK.secret not in HOOK.path and HOOK.secret not in repr(HOOK)


async def test_an_update_is_stored_before_it_is_answered(telegram: Asker, inbox: Inbox) -> None:
    answer = await telegram.post(HOOK.path, json=update(7), headers=SECRET)
    assert (answer.status, answer.body) == (200, b"")
    assert [(row.external_id, row.payload) for row in inbox.rows] == [("7", update(7))]


async def test_while_the_database_is_away_telegram_is_told_to_come_again(
    telegram: Asker, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.down = True
    with caplog.at_level(logging.DEBUG, "bot"):
        answer = await telegram.post(HOOK.path, json=update(7), headers=SECRET)
    assert answer.status == 503 and answer.headers["retry-after"]
    assert "привет" not in caplog.text + answer.text
    inbox.down = False
    assert (await telegram.post(HOOK.path, json=update(7), headers=SECRET)).status == 200


@pytest.mark.parametrize("secret", [None, "", "wrong", HOOK.secret[:-1], HOOK.secret + "x", HOOK.secret.upper()])
async def test_a_forged_request_is_refused_and_stores_nothing(
    telegram: Asker, inbox: Inbox, secret: str | None
) -> None:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    answer = await telegram.post(HOOK.path, json=update(7), headers=headers)
    assert answer.status == 403 and not inbox.rows
    assert inbox.counted["telegram.hook_forged"] == 1


async def test_a_secret_of_no_ascii_is_only_wrong(telegram: Asker, inbox: Inbox) -> None:
    answer = await telegram.post(HOOK.path, json=update(7), headers={SECRET_HEADER: "\xff\xfe"})
    assert answer.status == 403


async def test_forgers_are_slowed_and_telegram_is_not(telegram: Asker, inbox: Inbox) -> None:
    statuses = [(await telegram.post(HOOK.path, json={})).status for _ in range(WRONG_BURST + 5)]
    assert statuses == [403] * WRONG_BURST + [429] * 5
    assert (await telegram.post(HOOK.path, json=update(7), headers=SECRET)).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"5", b"[" * 100_000, b'"' + b"x" * 999])
async def test_what_is_no_update_is_counted_and_not_asked_for_again(telegram: Asker, inbox: Inbox, body: bytes) -> None:
    answer = await telegram.post(HOOK.path, data=body, headers=SECRET)
    assert answer.status == 200 and not inbox.rows
    assert inbox.counted["telegram.hook_malformed"] == 1


async def test_half_a_character_loses_no_message(telegram: Asker, inbox: Inbox) -> None:
    body = b'{"update_id": 7, "message": {"chat": {"id": 501, "type": "private"}, "text": "a\\ud83db"}}'
    assert (await telegram.post(HOOK.path, data=body, headers=SECRET)).status == 200
    assert inbox.rows[0].payload["message"]["text"] == "ab"


async def test_a_body_is_bounded_whatever_it_says_of_itself(telegram: Asker, inbox: Inbox) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 1000 + 2):
            yield b"x" * 1000

    answer = await telegram.post(HOOK.path, data=endless(), headers=SECRET)
    assert answer.status == 413 and not inbox.rows


async def test_too_many_at_once_are_told_to_come_again(
    telegram: Asker, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "MOST_OPEN", 2)
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await go_on.wait()
        yield b"}"

    async with asyncio.TaskGroup() as group:
        held = [group.create_task(telegram.post(HOOK.path, data=slow(), headers=SECRET)) for _ in range(2)]
        async with asyncio.timeout(5):
            while (await telegram.post(HOOK.path, json=update(7), headers=SECRET)).status != 503:
                await asyncio.sleep(0.01)
        go_on.set()
    assert [task.result().status for task in held] == [200, 200] and inbox.counted["telegram.hook_busy"] == 1


async def test_other_ways_of_asking_lead_nowhere(telegram: Asker) -> None:
    assert (await telegram.ask("GET", HOOK.path)).status == 405
    assert (await telegram.post("/hooks/telegram/" + "0" * 40, json={}, headers=SECRET)).status == 404


@asynccontextmanager
async def kept(emulator: TelegramEmulator, inbox: Inbox, site: str = SITE) -> AsyncIterator[None]:
    """A worker that leads keeps the webhook set while the block runs."""
    ended = asyncio.Event()
    task = asyncio.create_task(keep(emulator.token, emulator.url, site, HOOK, inbox.store, ended, count=inbox.count))
    try:
        yield
    finally:
        ended.set()
        await task


async def until(met: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not met():
            await asyncio.sleep(0.01)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramEmulator]:
    monkeypatch.setattr(keeping, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(keeping, "RETRY_SECONDS", 0.3)
    async with TelegramEmulator() as emulator:
        yield emulator


async def test_the_webhook_is_set_and_stays_after_the_worker(server: TelegramEmulator, inbox: Inbox) -> None:
    async with kept(server, inbox):
        await until(lambda: server.pushed_to)
    webhook = server.state.webhook
    assert (webhook.url, webhook.secret) == (SITE + HOOK.path, HOOK.secret)
    assert server.state.queue.allowed == frozenset(ALLOWED_UPDATES)


async def test_a_webhook_that_somebody_changed_is_set_again_and_pending_updates_stay(
    server: TelegramEmulator, inbox: Inbox
) -> None:
    server.client_says(501, "до всего")
    async with kept(server, inbox):
        await until(lambda: server.pushed_to)
        server.state.webhook.set({"url": "https://elsewhere.example/"})
        await until(lambda: server.state.webhook.url == SITE + HOOK.path)
    assert len(server.state.queue) == 1


async def test_two_workers_that_start_at_once_agree(server: TelegramEmulator, inbox: Inbox) -> None:
    async with kept(server, inbox), kept(server, inbox):
        await until(lambda: inbox.counted["telegram.webhook_stands"] > 8)
    assert server.state.webhook.set_calls == 2 and len(server.state.webhook.history) == 1


async def test_an_address_that_telegram_refuses_is_polled_meanwhile(
    server: TelegramEmulator, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    server.state.webhook.strict = True
    async with kept(server, inbox, "http://bot.example"):
        await server.wait_polled()
        server.client_says(501, "привет")
        await until(lambda: inbox.rows)
    assert "An HTTPS URL must be provided" in caplog.text
    assert server.token not in caplog.text and HOOK.path not in caplog.text


async def test_failures_that_telegram_reports_are_told_once(
    server: TelegramEmulator, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    async with kept(server, inbox, "http://127.0.0.1:9"):
        server.client_says(501, "привет")
        await until(lambda: inbox.counted["telegram.webhook_failed"])
        assert "Connection refused" in caplog.text


async def test_a_stop_ends_it_at_once(server: TelegramEmulator, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CHECK_SECONDS", 600)
    async with asyncio.timeout(5), kept(server, inbox):
        await until(lambda: server.pushed_to)
