"""The staff of the stories, in the Telegram group."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.usecases.add_staff import add_staff
from tests.emulators.telegram import STAFF_CHAT
from tests.people import PATIENCE
from tests.visitor import Line

if TYPE_CHECKING:
    from tests.world import World


@dataclass(slots=True)
class Staff:
    """A named member of the staff, in the Telegram staff group."""

    world: World
    name: str
    id: int = field(default_factory=lambda: 5000 + secrets.randbelow(10**8))

    number: int = 0
    """In the register."""
    said: int = 0

    async def registered(self, team: str = "support-department", role: str = "staff") -> Staff:
        content = self.world.runtime.shelf.content
        self.number = await add_staff(
            self.world.runtime.db,
            content.pack,
            name=self.name,
            telegram=str(self.id),
            team=team,
            role=role,
            now=self.world.clock(),
        )
        return self

    async def topic(self) -> int:
        """The newest topic of the staff group."""
        await self._until(lambda: bool(self.world.telegram.topics(STAFF_CHAT)), "a topic")
        return self.world.telegram.topics(STAFF_CHAT)[-1].thread_id

    async def sees(self, *parts: str, general: bool = False) -> Line:
        """Waits for a post in the newest topic (or the general part) that holds all parts."""
        found: list[Line] = []

        def look() -> bool:
            found[:] = [
                line for line in self.posts(general) if all(p.casefold() in line.text.casefold() for p in parts)
            ]
            return bool(found)

        await self._until(look, f"a post with {parts}")
        return found[-1]

    def posts(self, general: bool = False) -> list[Line]:
        topics = self.world.telegram.topics(STAFF_CHAT)
        thread = None if general or not topics else topics[-1].thread_id
        return [
            Line(
                sent.text,
                tuple(sent.labels),
                tuple(b.data for b in sent.buttons),
                sent.message_id,
                sent.file.name if sent.file else "",
            )
            for sent in self.world.telegram.messages(STAFF_CHAT)
            if sent.thread_id == thread
        ]

    async def answers(self, text: str) -> None:
        self.said = self.world.telegram.staff_says(self.id, STAFF_CHAT, await self.topic(), text).message_id

    async def edits(self, text: str) -> None:
        """Changes the words of the message written last."""
        self.world.telegram.staff_edits(self.id, STAFF_CHAT, await self.topic(), text, self.said)

    async def sends_file(self, data: bytes, name: str) -> None:
        self.world.telegram.staff_sends_file(self.id, STAFF_CHAT, await self.topic(), data, name)

    async def presses(self, label: str) -> None:
        await self.topic()
        line = next((found for found in reversed(self.posts()) if label in found.labels), None)
        assert line is not None, f"{self.name} sees no button «{label}»"
        self.world.telegram.staff_presses(self.id, STAFF_CHAT, line.actions[line.labels.index(label)], line.id)

    async def _until(self, met: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not met():
            assert time.monotonic() < deadline, (
                f"{self.name} did not see {what}; the group:\n{self.world.telegram.transcript(STAFF_CHAT)}"
            )
            await asyncio.sleep(0.02)
