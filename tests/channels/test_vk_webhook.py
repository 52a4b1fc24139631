"""VK's Callback API: what is stored, what is refused, and how our server is kept among the community's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.channels.hooks import MAX_BODY, hook
from bot.channels.vk import keep as keeping
from bot.channels.vk.keep import Community, keep, poll_instead
from bot.channels.vk.webhook import router
from bot.domain.messages import Received
from tests.channels.served import Asker, served
from tests.emulators.vk import GROUP_ID, VkEmulator

HOOK = hook("vk", str(GROUP_ID), "a secret of sixteen letters and more")


def event(name: str = "e1", **more: Any) -> dict[str, Any]:
    message = {"id": 12, "date": 5, "peer_id": 501, "from_id": 501, "conversation_message_id": 4, "text": "привет"}
    body = {"type": "message_new", "event_id": name, "group_id": GROUP_ID, "object": {"message": message}}
    return {**body, "secret": HOOK.secret, **more}


class Inbox:
    """What was committed, once each. ``down``: the database is away."""

    def __init__(self) -> None:
        self.rows: dict[str, Received] = {}
        self.repeats = 0
        self.down = False
        self.refused = 0
        self.ts: str | None = None
        self.counted: Counter[str] = Counter()

    async def push(self, rows: Sequence[Received]) -> None:
        if self.down:
            self.refused += 1
            raise ConnectionError(f"database refuses {rows[0].payload}")
        for row in rows:
            self.repeats += row.external_id in self.rows
            self.rows.setdefault(row.external_id, row)

    async def store(self, rows: Sequence[Received], ts: str) -> None:
        await self.push(rows)
        self.ts = ts

    async def load_ts(self) -> str | None:
        return self.ts

    async def forget_ts(self) -> None:
        self.ts = None

    def count(self, what: str) -> None:
        self.counted[what] += 1

    def texts(self) -> list[str]:
        return [row.payload["object"]["message"]["text"] for row in self.rows.values()]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def vk(inbox: Inbox) -> AsyncIterator[Asker]:
    """VK, as the callback server sees it."""

    async def confirmation() -> str:
        return "code77"

    async with served(router(HOOK, GROUP_ID, inbox.push, confirmation, inbox.count)) as client:
        yield client


async def test_an_event_is_stored_without_the_secret_and_answered_with_ok(vk: Asker, inbox: Inbox) -> None:
    answer = await vk.post(HOOK.path, json=event())
    assert (answer.status, answer.text) == (200, "ok")
    assert HOOK.secret not in repr(inbox.rows) and inbox.texts() == ["привет"]


async def test_a_repetition_is_ok_and_nothing_new(vk: Asker, inbox: Inbox) -> None:
    for name in ("e1", "e1", "named anew"):
        assert (await vk.post(HOOK.path, json=event(name))).text == "ok"
    assert len(inbox.rows) == 1 and inbox.repeats == 2


async def test_the_address_is_confirmed(vk: Asker) -> None:
    wish = {"type": "confirmation", "group_id": GROUP_ID}
    assert (await vk.post(HOOK.path, json=wish)).text == "code77"
    assert (await vk.post(HOOK.path, json={**wish, "secret": "wrong"})).status == 403
    assert (await vk.post(HOOK.path, json={**wish, "group_id": 1})).status == 403


async def test_while_the_database_is_away_vk_is_told_to_come_again(vk: Asker, inbox: Inbox) -> None:
    inbox.down = True
    answer = await vk.post(HOOK.path, json=event())
    assert answer.status == 503 and "привет" not in answer.text


FORGED: dict[str, Any] = {
    "no secret": {k: v for k, v in event().items() if k != "secret"},
    "wrong secret": event(secret="wrong"),
    "secret is no text": event(secret=["x"]),
    "half a character": event(secret="\ud800"),
    "another community": event(group_id=GROUP_ID + 1),
    "community is text": event(group_id=str(GROUP_ID)),
    "a list": [event()],
    "nothing": None,
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_request_is_refused_and_stores_nothing(vk: Asker, inbox: Inbox, name: str) -> None:
    answer = await vk.post(HOOK.path, json=FORGED[name])
    assert answer.status == 403 and not inbox.rows
    assert HOOK.secret not in answer.text


async def test_a_body_is_bounded(vk: Asker) -> None:
    assert (await vk.post(HOOK.path, data=b"x" * (MAX_BODY + 1))).status == 413


async def test_typing_is_answered_and_not_stored(vk: Asker, inbox: Inbox) -> None:
    assert (await vk.post(HOOK.path, json=event(type="message_typing_state"))).text == "ok"
    assert not inbox.rows


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[VkEmulator]:
    for name, seconds in (
        ("CHECK_SECONDS", 0.1),
        ("RETRY_SECONDS", 0.5),
        ("LOOK_SECONDS", 0.02),
        ("GRACE_SECONDS", 0.3),
    ):
        monkeypatch.setattr(keeping, name, seconds)
    async with VkEmulator() as emulator:
        yield emulator


@asynccontextmanager
async def site(emulator: VkEmulator, inbox: Inbox) -> AsyncIterator[Community]:
    """Our site in the network, and what it has to say to the community."""
    communities: list[Community] = []

    async def confirmation() -> str:
        return await communities[0].ask_confirmation()

    async with served(router(HOOK, emulator.group_id, inbox.push, confirmation, inbox.count)) as asker:
        communities.append(Community(emulator.token, emulator.group_id, emulator.url, asker.site, HOOK))
        yield communities[0]


@asynccontextmanager
async def kept(community: Community, inbox: Inbox) -> AsyncIterator[None]:
    """A worker that leads receives by callback while the block runs."""
    stop = asyncio.Event()
    task = asyncio.create_task(keep(community, inbox.load_ts, inbox.store, inbox.forget_ts, stop, count=inbox.count))
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def polled(community: Community, inbox: Inbox) -> AsyncIterator[None]:
    """A worker that leads polls while the block runs."""
    stop = asyncio.Event()
    task = asyncio.create_task(poll_instead(community, inbox.load_ts, inbox.store, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(met: Callable[[], object]) -> None:
    async with asyncio.timeout(8):
        while not met():
            await asyncio.sleep(0.01)


async def test_our_server_is_added_confirmed_and_told_of_events(server: VkEmulator, inbox: Inbox) -> None:
    async with site(server, inbox) as community, kept(community, inbox):
        await until(lambda: server.pushed_to)
        server.client_says(501, "привет")
        await until(lambda: inbox.rows)
        (ours,) = server.state.callbacks.servers.values()
        assert ours.url == community.url and ours.secret == HOOK.secret and len(ours.title) <= 14
        assert server.state.long_poll_on, "somebody else's long poll is left alone"


async def test_a_server_that_vk_gave_up_is_woken(server: VkEmulator, inbox: Inbox) -> None:
    server.state.callbacks.patience = 3
    async with site(server, inbox) as community, kept(community, inbox):
        await until(lambda: server.pushed_to)
        inbox.down = True
        server.client_says(501, "в темноту")
        await until(lambda: inbox.refused > 2 * server.state.callbacks.patience)  # given up twice, and woken
        inbox.down = False
        await until(lambda: inbox.rows)
    assert inbox.texts() == ["в темноту"]


async def test_servers_of_others_are_left_alone_and_ours_of_an_old_key_goes(server: VkEmulator, inbox: Inbox) -> None:
    callbacks = server.state.callbacks
    async with site(server, inbox) as community:
        callbacks.add("http://127.0.0.1:9/theirs", "theirs", "x")
        callbacks.add(f"{community.site}/hooks/vk/{'0' * 40}", "Otklik", "x")
        async with kept(community, inbox):
            await until(lambda: len(callbacks.servers) == 2 and server.pushed_to)
    assert sorted(one.title for one in callbacks.servers.values()) == ["Otklik", "theirs"]


async def test_a_full_list_of_servers_is_told_and_the_long_poll_goes_on(
    server: VkEmulator, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(10):
        server.state.callbacks.add("http://127.0.0.1:9/theirs", f"theirs{number}", "x")
    async with site(server, inbox) as community, kept(community, inbox):
        await server.wait_polled()
        server.client_says(501, "привет")
        await until(lambda: inbox.rows)
    assert "Servers number limit is reached" in caplog.text


@pytest.mark.parametrize("own_ids", [False, True], ids=["one event_id", "an event_id each"])
async def test_switching_there_and_back_loses_nothing_and_doubles_nothing(
    server: VkEmulator, inbox: Inbox, own_ids: bool
) -> None:
    said: list[str] = []

    async def goes_on_writing(until_set: asyncio.Event) -> None:
        while not until_set.is_set():
            said.append(f"слово {len(said)}")
            server.client_says(501, said[-1])
            await asyncio.sleep(0.01)

    server.state.callbacks.own_ids = own_ids
    enough = asyncio.Event()
    async with site(server, inbox) as community:
        async with polled(community, inbox):
            await server.wait_polled()
            writing = asyncio.create_task(goes_on_writing(enough))
            await until(lambda: len(inbox.rows) > 5)
        async with kept(community, inbox):
            await until(lambda: server.pushed_to and not server.state.long_poll_on and inbox.ts is None)
        async with polled(community, inbox):
            await until(lambda: not server.pushed_to and server.state.long_poll_on)
            enough.set()
            await writing
            await until(lambda: len(inbox.rows) >= len(said))
    assert sorted(inbox.texts()) == sorted(said)
    assert inbox.repeats, "some came by both ways"
