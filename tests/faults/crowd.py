"""A crowd of clients on all three channels, and what they have written so far."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from bot.config import ROOT
from bot.domain.messages import Channel
from knowledge_base.load import load_pack
from tests.faults.deployment import Deployment
from tests.faults.records import Pushed
from tests.faults.visitors import Shown, Visitor

FIRST_CLIENT = 100_000


def questions() -> list[str]:
    """What people ask: the test questions of the demonstration pack's answers."""
    pack = load_pack(ROOT / "knowledge_base" / "packs" / "ministry")
    return [one for slug, asked in sorted(pack.questions.items()) if slug in pack.templates for one in asked]


@dataclass(slots=True)
class Crowd:
    """Clients who write through the emulators and through the page's own routes.

    Every text is a question and a serial number of its own. Choices are drawn from ``lot``.
    """

    deployment: Deployment
    lot: random.Random
    messengers: int
    """Clients on each messenger."""
    visitors: Sequence[Visitor] = ()
    pushed: list[Pushed] = field(default_factory=list)
    finished: set[tuple[Channel, str]] = field(default_factory=set)
    """Channels and keys of messages answered to the end, as far as known."""
    _questions: list[str] = field(default_factory=questions)

    def write(self, channel: Channel, count: int, *, idle: bool = False) -> None:
        """``count`` messages of clients drawn by lot. ``idle``: of those who wait for no answer first."""
        names = [str(v.id) for v in self.visitors] if channel is Channel.PAGE else _names(self.messengers)
        self.lot.shuffle(names)
        if idle:
            busy = {one.client for one in self.unfinished() if one.channel is channel}
            names.sort(key=lambda name: name in busy)
        for place in range(count):
            self.says(channel, names[place % len(names)])

    def says(self, channel: Channel, client: str, text: str | None = None) -> Pushed:
        """One message of one client; without a text, a question drawn by lot."""
        words = f"{text or self.lot.choice(self._questions)} [{len(self.pushed)}]"
        match channel:
            case Channel.TELEGRAM:
                key = str(self.deployment.telegram.client_says(int(client), words).update_id)
            case Channel.VK:
                key = str(self.deployment.vk.client_says(int(client), words).update_id)
            case Channel.PAGE:
                visitor = next(v for v in self.visitors if v.id == client)
                visitor.says(f"m{len(self.pushed)}", words)
                key = f"{client}:m{len(self.pushed)}"
        one = Pushed(channel, client, key, words, time.monotonic())
        self.pushed.append(one)
        return one

    def unfinished(self, since: float = 0.0) -> list[Pushed]:
        """Messages written after ``since`` (monotonic) and not known to be answered to the end."""
        return [one for one in self.pushed if one.at >= since and (one.channel, one.key) not in self.finished]

    async def look(self) -> None:
        """Learns from the database which messages are answered to the end."""
        found = await self.deployment.rows(_FINISHED)
        self.finished = {(Channel(row["channel"]), row["key"]) for row in found}

    @property
    def shown(self) -> dict[str, Sequence[Shown]]:
        """What each visitor's browser shows."""
        return {visitor.id: visitor.shown for visitor in self.visitors}

    @asynccontextmanager
    async def on_page(self, count: int) -> AsyncIterator[None]:
        """With so many visitors of the page; a worker must be there when they open it."""
        connector = aiohttp.TCPConnector(limit=0, force_close=False)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            self.visitors = [Visitor(session, self.deployment.page, self.lot) for _ in range(count)]
            for visitor in self.visitors:
                await visitor.opens()
            try:
                yield
            finally:
                for visitor in self.visitors:
                    await visitor.closes()


def _names(count: int) -> list[str]:
    return [str(FIRST_CLIENT + number) for number in range(count)]


_FINISHED = """
    SELECT i.channel, CASE i.channel WHEN 'vk' THEN i.payload::jsonb ->> 'event_id' ELSE i.external_id END AS key
    FROM inbox i JOIN message m ON m.inbox_id = i.id
    WHERE i.state = 'done' AND NOT EXISTS (
        SELECT 1 FROM outbox o
        WHERE o.address_id = m.address_id AND o.created_at = m.at AND o.state = 'pending'
        AND o.thread_of IS NULL AND o.conversation NOT LIKE 'staff:%')
"""
