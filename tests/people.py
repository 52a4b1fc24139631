"""The clients of the stories: what they say, press and hear on each channel."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.domain.messages import Channel
from tests.visitor import Line, PageVisitor

if TYPE_CHECKING:
    from tests.world import World

PATIENCE = 6.0
"""Seconds a person waits for an answer in a story."""
SOON = 0.35
"""Seconds of silence after which nothing more is expected."""


class Client:
    """A named client in one channel."""

    def __init__(self, world: World, channel: Channel, name: str) -> None:
        self._world, self.channel, self.name = world, channel, name
        self.id = 1000 + secrets.randbelow(10**8)
        self._heard = 0
        self._said = 0
        self._page: PageVisitor | None = None

    async def starts(self) -> None:
        """Opens the chat for the first time."""
        match self.channel:
            case Channel.TELEGRAM:
                self._world.telegram.client_starts(self.id, self.name)
            case Channel.VK:
                self._world.vk.client_starts(self.id, self.name)
            case Channel.PAGE:
                await (await self.visitor()).posts(kind="start")

    async def returns(self, before: Client) -> None:
        """The same person, after the worker was started anew."""
        self.id = before.id
        if self.channel is Channel.PAGE:
            self._page = await PageVisitor(self._world.url).like(await before.visitor())
            return
        if self.channel is Channel.TELEGRAM:
            self._world.telegram.client_sends(self.id, "sticker", self.name)
        else:
            self._world.vk.client_sends(self.id, "sticker", self.name)

    async def says(self, text: str) -> None:
        match self.channel:
            case Channel.TELEGRAM:
                self._said = self._world.telegram.client_says(self.id, text, self.name).message_id
            case Channel.VK:
                self._said = self._world.vk.client_says(self.id, text, first_name=self.name).message_id
            case Channel.PAGE:
                await (await self.visitor()).posts(kind="text", text=text)

    async def edits(self, text: str) -> None:
        """Changes the words of the message said last (messengers only)."""
        emulator = self._world.telegram if self.channel is Channel.TELEGRAM else self._world.vk
        emulator.client_edits(self.id, text, self._said)

    async def replies(self, text: str, line: Line) -> None:
        """Answers one message of the assistant (messengers only)."""
        emulator = self._world.telegram if self.channel is Channel.TELEGRAM else self._world.vk
        emulator.client_replies(self.id, text, line.id)

    async def reacts(self, emoji: str, line: Line) -> None:
        """Puts a reaction on a message of the assistant; an empty one takes it back (messengers only)."""
        await self._world.quiet()  # nobody is so quick that the message's number is not noted yet
        emulator = self._world.telegram if self.channel is Channel.TELEGRAM else self._world.vk
        emulator.client_reacts(self.id, emoji, line.id)

    async def presses(self, label: str) -> None:
        """Presses the newest button whose label begins so."""
        button = next(
            (
                (line, i)
                for line in reversed(await self.lines())
                for i, found in enumerate(line.labels)
                if found.startswith(label)
            ),
            None,
        )
        assert button is not None, f"{self.name} sees no button «{label}»:\n{await self.transcript()}"
        line, position = button
        match self.channel:
            case Channel.TELEGRAM:
                self._world.telegram.client_presses(self.id, line.actions[position], line.id)
            case Channel.VK:
                self._world.vk.client_presses(self.id, line.labels[position], line.id)
            case Channel.PAGE:
                await (await self.visitor()).posts(
                    kind="button", text=line.labels[position], action=line.actions[position]
                )

    async def forges(self, action: str) -> None:
        """Sends a button's action that was never offered."""
        match self.channel:
            case Channel.TELEGRAM:
                self._world.telegram.client_presses(self.id, action, (await self.last()).id, forged=True)
            case Channel.VK:
                self._world.vk.client_says(self.id, "…", payload=json.dumps({"a": action}))
            case Channel.PAGE:
                await (await self.visitor()).posts(kind="button", text="…", action=action)

    async def sends(self, kind: str) -> None:
        """Sends a sticker, voice, photo ... (messengers only)."""
        if self.channel is Channel.TELEGRAM:
            self._world.telegram.client_sends(self.id, kind, self.name)
        else:
            self._world.vk.client_sends(self.id, kind, self.name)

    async def sends_file(self, data: bytes, name: str = "", kind: str = "document", caption: str = "") -> None:
        """Sends a file with this content."""
        match self.channel:
            case Channel.TELEGRAM:
                more = {"caption": caption} if caption else {}
                self._world.telegram.client_sends_file(self.id, kind, data, name, self.name, **more)
            case Channel.VK:
                self._world.vk.client_sends_file(self.id, kind, data, name, self.name, caption)
            case Channel.PAGE:
                status, told = await (await self.visitor()).uploads(data, name)
                assert status == 202, told

    async def hears(self, *parts: str, patience: float = PATIENCE) -> Line:
        """Waits for a message that holds all parts, after those heard before. Returns it."""

        def fits(line: Line) -> bool:
            return all(part.casefold() in line.text.casefold() for part in parts)

        deadline = time.monotonic() + patience
        while True:
            lines = await self.lines()
            for position in range(self._heard, len(lines)):
                if fits(lines[position]):
                    self._heard = position + 1
                    return lines[position]
            assert time.monotonic() < deadline, (
                f"{self.name} did not hear {parts} after {self._heard} messages:\n{await self.transcript()}"
            )
            await asyncio.sleep(0.02)

    async def hears_nothing(self, seconds: float = SOON) -> None:
        before = len(await self.lines())
        await self._world.settled()
        await asyncio.sleep(seconds)
        after = await self.lines()
        assert len(after) == before, f"{self.name} heard: {after[before:]}"

    async def lines(self) -> Sequence[Line]:
        """Everything the assistant said to this client."""
        if self.channel is Channel.PAGE:
            return (await self.visitor()).lines()
        emulator = self._world.telegram if self.channel is Channel.TELEGRAM else self._world.vk
        return [
            Line(
                sent.text,
                tuple(sent.labels),
                tuple(_action(b.data) for b in sent.buttons),
                sent.message_id,
                sent.file.name if sent.file else "",
            )
            for sent in emulator.messages(self.id)
        ]

    async def opens_file(self, line: Line) -> bytes:
        """The bytes of the file that came with a message."""
        if self.channel is Channel.PAGE:
            return (await (await self.visitor()).downloads(line.link))[0]
        emulator = self._world.telegram if self.channel is Channel.TELEGRAM else self._world.vk
        found = next(sent.file for sent in emulator.messages(self.id) if sent.message_id == line.id)
        assert found is not None
        return found.content

    async def hears_on(self) -> Line:
        """The next message, whatever it says."""
        return await self.hears("")

    async def speaks_again(self, before: int) -> None:
        """Waits until more than ``before`` messages were said."""
        deadline = time.monotonic() + PATIENCE
        while len(await self.lines()) <= before:
            assert time.monotonic() < deadline, f"nothing was answered to {self.name}:\n{await self.transcript()}"
            await asyncio.sleep(0.02)

    async def last(self) -> Line:
        lines = await self.lines()
        assert lines, f"nothing was said to {self.name}"
        return lines[-1]

    async def transcript(self) -> str:
        return "\n".join(f"  • {line.text}  {list(line.labels)}" for line in await self.lines())

    async def closes(self) -> None:
        if self._page is not None:
            await self._page.closes()

    async def visitor(self) -> PageVisitor:
        if self._page is None:
            self._page = PageVisitor(self._world.url)
            await self._page.opens()
        return self._page


def _action(data: str) -> str:
    """What a button carries, out of VK's envelope."""
    return str(json.loads(data)["a"]) if data.startswith("{") else data
