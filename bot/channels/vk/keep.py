"""Keeps VK's Callback API set: our server among the community's, its events, and the long poll off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from bot.channels.hooks import ROOT, Count, Hook
from bot.channels.vk.api import VERSION, Api
from bot.channels.vk.aside import aside
from bot.channels.vk.receive import LoadTs, Store, drain, poll
from bot.domain.errors import SendFailed

log = logging.getLogger(__name__)

EVENTS: Final = ("message_new", "message_event", "message_allow", "message_deny")
TITLE: Final = "Otklik"
"""VK takes at most 14 characters."""
CHECK_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 15.0
GRACE_SECONDS: Final = 900.0
"""How long a server that is left behind may bring what VK could not deliver before."""
LOOK_SECONDS: Final = 1.0
LOOKS: Final = 15
"""How often VK is asked whether it has confirmed the server."""


@dataclass(frozen=True, slots=True)
class Community:
    """One community and where its events are to go. Every method blocks and raises one of ``Failure``."""

    token: str
    group_id: int
    api: str | None
    site: str
    """Address of this installation as VK sees it; empty: it has none."""
    hook: Hook

    @property
    def url(self) -> str:
        return self.site.rstrip("/") + self.hook.path

    def servers(self) -> list[Mapping[str, Any]]:
        """The callback servers of the community, other people's too."""
        answer = self._ask("groups.getCallbackServers")
        return [one for one in answer["items"] if isinstance(one, dict)]

    def ours(self) -> list[Mapping[str, Any]]:
        """Those set up by this installation: the path can't be anybody else's."""
        return [one for one in self.servers() if str(one.get("url", "")).endswith(self.hook.path)]

    def status(self) -> str:
        """``ok``, ``wait``, ``failed``, ``unconfigured``, or ``absent``."""
        return next((str(one.get("status")) for one in self.ours() if one.get("url") == self.url), "absent")

    def set_up(self) -> str:
        """Add or mend our server and choose its events; its status, which VK may still be finding out."""
        ours = self.ours()
        described = {"url": self.url, "title": TITLE, "secret_key": self.hook.secret}
        if not ours:
            added = self._ask("groups.addCallbackServer", **described)
            self._choose(int(added["server_id"]), True)
            self._leave_old()
            return "wait"
        first, *others = ours
        number, status = int(first["id"]), str(first.get("status"))
        if status not in ("ok", "wait") or (first.get("url"), first.get("secret_key")) != (self.url, self.hook.secret):
            # Edited, a server is confirmed anew, and one that VK gave up is called again.
            self._ask("groups.editCallbackServer", server_id=number, **described)
            status = "wait"
        self._choose(number, True)
        for one in others:
            self._ask("groups.deleteCallbackServer", server_id=int(one["id"]))
        return status

    def take_down(self) -> int:
        """Delete our servers. Returns how many there were."""
        ours = self.ours()
        for one in ours:
            self._ask("groups.deleteCallbackServer", server_id=int(one["id"]))
        return len(ours)

    def confirmation(self) -> str:
        """The string that proves an address to be ours."""
        return str(self._ask("groups.getCallbackConfirmationCode")["code"])

    async def ask_confirmation(self) -> str:
        """The same, from a coroutine. Raises SendFailed."""
        code = await aside(asyncio.Event(), self.confirmation)
        assert code is not None, "nobody stops it"
        return code

    def polled(self) -> bool:
        """Whether the community's long poll is on."""
        return bool(self._ask("groups.getLongPollSettings")["is_enabled"])

    def switch_poll(self, on: bool) -> None:
        """Switch the long poll on, with what we need of it, or off."""
        wanted = {"api_version": VERSION, **dict.fromkeys(EVENTS, 1)} if on else {}
        self._ask("groups.setLongPollSettings", enabled=int(on), **wanted)

    def silence(self) -> None:
        """Let VK bring what is under way to our servers, and nothing new."""
        for one in self.ours():
            self._choose(int(one["id"]), False)

    def _choose(self, number: int, wanted: bool) -> None:
        chosen = dict.fromkeys(EVENTS, int(wanted))
        self._ask("groups.setCallbackSettings", server_id=number, api_version=VERSION, **chosen)

    def _leave_old(self) -> None:
        """Delete what this address had under an earlier secret key: nobody can answer it any more."""
        prefix = f"{self.site.rstrip('/')}{ROOT}/"
        for one in self.servers():
            url = str(one.get("url", ""))
            if url.startswith(prefix) and url != self.url:
                self._ask("groups.deleteCallbackServer", server_id=int(one["id"]))

    def _ask(self, method: str, **values: Any) -> Any:
        return Api(self.token, self.api).method(method, {"group_id": self.group_id, **values})


async def keep(
    community: Community,
    load_ts: LoadTs,
    store: Store,
    forget_ts: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    *,
    count: Count = lambda _: None,
) -> None:
    """Receive by callback until ``stop`` is set; our server stays, VK repeats what it could not deliver.

    The long poll goes on until VK has confirmed the server, is emptied, and only then switched off:
    what comes by both ways meanwhile is stored once.
    """
    switched = False
    while not stop.is_set():
        fault = await _ensured(community, stop)
        if fault is None and not switched:
            fault = await _leave_poll(community, load_ts, store, forget_ts, stop)
            switched = fault is None
        if stop.is_set():
            return
        if fault is None:
            count("vk.callback_stands")
            await _rest(stop, CHECK_SECONDS)
            continue
        count("vk.callback_not_set")
        log.error("VK callback server: %s; again in %.0f s", fault, RETRY_SECONDS)
        if switched:
            await _rest(stop, RETRY_SECONDS)
        else:
            await _poll_for(RETRY_SECONDS, community, load_ts, store, stop, count)


async def poll_instead(
    community: Community, load_ts: LoadTs, store: Store, stop: asyncio.Event, *, count: Count = lambda _: None
) -> None:
    """Receive by long poll until ``stop`` is set, and take down a callback server of ours as soon as it runs."""
    async with asyncio.TaskGroup() as group:
        leaving = group.create_task(_leave_callback(community, load_ts, stop))
        await poll(community.token, community.group_id, community.api, load_ts, store, stop, count=count)
        leaving.cancel()


async def _ensured(community: Community, stop: asyncio.Event) -> str | None:
    """Why the server does not work; None: it does, or ``stop`` is set."""
    try:
        status = await aside(stop, community.set_up)
        for _ in range(LOOKS):
            if status in ("ok", None):
                return None
            await _rest(stop, LOOK_SECONDS)
            status = await aside(stop, community.status)
    except SendFailed as failure:
        return str(failure)
    if status in ("ok", None):
        return None
    return f"VK says '{status}' of {community.site}: does the address lead here from outside?"


async def _leave_poll(
    community: Community, load_ts: LoadTs, store: Store, forget_ts: Callable[[], Awaitable[None]], stop: asyncio.Event
) -> str | None:
    """Empty and switch off a long poll that we have used; one of somebody else's is left alone."""
    try:
        if await load_ts() is None:
            return None
        if await aside(stop, community.polled):
            await drain(community.token, community.group_id, community.api, load_ts, store, stop)
            await aside(stop, lambda: community.switch_poll(False))
        if not stop.is_set():
            await forget_ts()
    except Exception as error:  # noqa: BLE001 - the loop must outlive whatever store() raises
        return f"the long poll can't be left ({_said(error)})"
    return None


async def _leave_callback(community: Community, load_ts: LoadTs, stop: asyncio.Event) -> None:
    """Until it is done: what comes by both ways meanwhile is stored once, so there is no hurry."""
    while not stop.is_set():
        try:
            if await _left_callback(community, load_ts, stop):
                return
            await _rest(stop, LOOK_SECONDS)
        except Exception as error:  # noqa: BLE001 - the loop must outlive a database that is away
            log.info("VK callback server: can't be looked at (%s)", _said(error))
            await _rest(stop, CHECK_SECONDS)


async def _left_callback(community: Community, load_ts: LoadTs, stop: asyncio.Event) -> bool:
    if not await aside(stop, community.ours):
        return True
    if not await aside(stop, community.polled):
        await aside(stop, lambda: community.switch_poll(True))
    if await load_ts() is None:
        return False  # the long poll has not begun: without the server, events would be lost
    await aside(stop, community.silence)
    await _rest(stop, GRACE_SECONDS)
    await aside(stop, community.take_down)
    return True


async def _poll_for(
    seconds: float, community: Community, load_ts: LoadTs, store: Store, stop: asyncio.Event, count: Count
) -> None:
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(
            poll(community.token, community.group_id, community.api, load_ts, store, enough, count=count)
        )
        await _rest(stop, seconds)
        enough.set()
        await polling


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _said(error: Exception) -> str:
    """What may be logged: the text of a database error holds rows."""
    return str(error) if isinstance(error, SendFailed) else type(error).__name__
