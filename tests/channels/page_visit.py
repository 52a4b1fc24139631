"""One person at the client's page in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Error, FileChooser, Page

from bot.domain.messages import Incoming, Kind, Rendered, RenderedButton
from tests.channels.page_stub import House, Served, serve

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def replies(incoming: Incoming) -> list[Rendered]:
    if incoming.kind is Kind.START:
        return [Rendered("Здравствуйте!", rows=((RenderedButton("Моя заявка", "mine"),),))]
    return [Rendered(f"Ответ: {incoming.text or incoming.action}")]


@dataclass
class Visit:
    """One person at one page."""

    house: House
    served: Served
    context: BrowserContext
    page: Page
    faults: list[str]
    choosers: list[FileChooser] = field(default_factory=list)

    def watch(self) -> None:
        """Collect errors of scripts, breaches of the page's policy, and choosers of files.

        Playwright does not wait until the browser has heard that choosers are wanted: whoever asks at the moment of
        the press may come too late on a busy machine, and the chooser is lost.
        """

        def chooses(chooser: FileChooser) -> None:
            self.choosers.append(chooser)

        def failed(error: Error) -> None:
            self.faults.append(str(error))

        def said(message: ConsoleMessage) -> None:
            if "Content Security" in message.text:
                self.faults.append(message.text)

        self.page.on("filechooser", chooses)
        self.page.on("pageerror", failed)
        self.page.on("console", said)

    async def open(self) -> None:
        await self.page.goto(self.served.url)
        await self.page.locator("#log:not([aria-busy])").wait_for(state="attached")

    async def write(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")

    async def shown(self) -> list[str]:
        return await self.page.locator(".message .text").all_inner_texts()

    async def restart(self) -> None:
        self.served = await serve(self.house.ports(), self.served.port)

    async def at_bottom(self) -> None:
        """Wait until the page stands at its end. (The page's own policy forbids ``wait_for_function``.)"""
        async with asyncio.timeout(5):
            while not await self.page.evaluate("innerHeight + scrollY >= document.documentElement.scrollHeight - 2"):
                await asyncio.sleep(0.05)

    @property
    def visitor(self) -> str:
        return next(iter(self.house.rows))

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not true():
                await asyncio.sleep(0.03)


Arrive = Callable[..., Awaitable[Visit]]
