"""The emulated messengers, seen from the side of the clients: push what they do, read what they got."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson

from scripts.benchmarks.processes import BenchError, Program

TELEGRAM, VK = "telegram", "vk"
SENDS: Final = frozenset({"sendMessage", "messages.send"})
PAGE: Final = 5000


@dataclass(frozen=True, slots=True)
class Reply:
    """A message of the bot that a messenger has accepted; ``at`` in Unix seconds."""

    client: int
    message: int
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a bot needs to know of the emulators."""

    control: str
    telegram_url: str
    telegram_token: str
    vk_url: str
    vk_token: str
    vk_group: int


def addresses(emulators: Program) -> Addresses:
    """As told by the ready line of ``python -m tests.emulators``."""
    told = json.loads(emulators.ready_line)
    return Addresses(
        told["control"], told["telegram"]["url"], told["telegram"]["token"],
        told["vk"]["url"], told["vk"]["token"], told["vk"]["group_id"],
    )  # fmt: skip


class Messenger:
    """One emulated messenger through its control API."""

    def __init__(self, session: aiohttp.ClientSession, control: str, channel: str) -> None:
        self._session, self._base, self.channel = session, f"{control}/{channel}", channel
        self._next = 0

    async def push(self, acts: Sequence[dict[str, Any]]) -> float:
        """Clients act, all at once. Returns when, in Unix seconds by the emulator's clock."""
        done = await self._json("POST", "updates", data=orjson.dumps(list(acts)))
        return float(done[0]["at"])

    async def replies(self) -> list[Reply]:
        """What was accepted since this was asked last, answers to button presses left out."""
        found: list[Reply] = []
        while True:
            page = await self._json("GET", f"sent?since={self._next}&limit={PAGE}")
            sent = page["sent"]
            if sent and sent[0]["seq"] > self._next:
                raise BenchError("the emulator has dropped effects that were not read yet")
            self._next = page["next"]
            found.extend(
                Reply(one["chat_id"], one["message_id"], one["text"], one["at"])
                for one in sent if one["method"] in SENDS
            )  # fmt: skip
            if len(sent) < PAGE:
                return found

    async def asked(self, method: str) -> int:
        """How often a bot has called this method."""
        counts = (await self._json("GET", "requests"))["requests"]
        return int(counts.get(method, 0))

    async def wait_asked(self, method: str, before: int) -> None:
        """Until a bot has called this method once more. Raises BenchError."""
        for _ in range(300):
            if await self.asked(method) > before:
                return
            await asyncio.sleep(0.1)
        raise BenchError(f"nobody called {method}")

    async def _json(self, verb: str, what: str, data: bytes | None = None) -> Any:
        async with self._session.request(verb, f"{self._base}/{what}", data=data) as response:
            body = await response.read()
        if response.status != 200:
            raise BenchError(f"the emulator refused {verb} {what}: {body.decode()[:300]}")
        return orjson.loads(body)


@contextlib.asynccontextmanager
async def messengers(control: str) -> AsyncIterator[dict[str, Messenger]]:
    """Both, by channel."""
    async with aiohttp.ClientSession() as session:
        yield {channel: Messenger(session, control, channel) for channel in (TELEGRAM, VK)}
