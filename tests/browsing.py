"""Staff at the desk in real browsers: what they see, type and press."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Browser, Error, FloatRect, Locator, Page, async_playwright, expect

from bot.storage import members, sessions
from bot.storage.passwords import Passwords

if TYPE_CHECKING:
    from tests.world import World

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PICTURES = os.environ.get("OTKLIK_PICTURES")
SCREENS = os.environ.get("OTKLIK_SCREENS")
"""A folder for pictures of every screen in every width, light and dark: for looking at by hand."""
PATIENCE = 10_000
PASSWORD = "трактор зелёный едет"


@dataclass
class Clerk:
    """A named person with a browser of his own."""

    world: World
    name: str
    login: str
    page: Page
    faults: list[str] = field(default_factory=list)

    async def signs_in(self) -> None:
        """At the page that asks for it, wherever it leads."""
        await self.page.get_by_label("Логин").fill(self.login)
        await self.page.get_by_label("Пароль").fill(PASSWORD)
        await self.page.get_by_role("button", name="Войти").click()
        await expect(self.page.locator(".menu summary", has_text=self.name)).to_be_visible()

    async def opens(self, path: str = "/desk/") -> None:
        await self.page.goto(self.world.url.rstrip("/") + path)

    async def comes(self) -> None:
        """Opens the desk and signs in."""
        await self.opens()
        await self.signs_in()
        await expect(self.page.locator("#line[data-state=on]")).to_be_visible()

    async def sees_in_queue(self, *parts: str) -> Locator:
        """Waits for an entry of the queue."""
        row = self.page.locator(".row-link")
        for part in parts:
            row = row.filter(has_text=part)
        await expect(row.first).to_be_visible(timeout=PATIENCE)
        return row.first

    async def enters(self, *parts: str) -> None:
        """Opens a conversation from the queue."""
        await (await self.sees_in_queue(*parts)).click()
        await expect(self.page.locator(".log")).to_be_visible()
        await expect(self.page.locator("#line[data-state=on]")).to_be_visible()

    async def reads(self, *parts: str) -> Locator:
        """Waits until something said holds all parts."""
        found = self.page.locator(".said, .act")
        for part in parts:
            found = found.filter(has_text=part)
        await expect(found.last).to_be_visible(timeout=PATIENCE)
        return found.last

    async def presses(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).click()

    async def types(self, text: str) -> None:
        """Into the answer's field."""
        await self.field.focus()
        await self.page.keyboard.type(text)

    async def sends(self) -> None:
        await self.page.keyboard.press("Control+Enter")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Ваш ответ")

    async def is_warned(self, *parts: str) -> None:
        """The trouble above the answer's field says so."""
        for part in parts:
            await expect(self.page.locator("#trouble")).to_contain_text(part, timeout=PATIENCE)

    async def pictures(self, name: str, *, readme: int = 0) -> None:
        """Keeps the screen for looking at it, and its upper ``readme`` pixels for the README, if asked to."""
        if PICTURES and readme:
            await self.page.wait_for_timeout(300)
            upper = FloatRect(x=0, y=0, width=1440, height=readme)
            await self.page.screenshot(path=Path(PICTURES) / f"{name}.png", clip=upper)
        if not SCREENS:
            return
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for width, height in ((1440, 900), (1024, 768), (390, 780)):
                await self.page.set_viewport_size({"width": width, "height": height})
                await self.page.wait_for_timeout(150)
                await self.page.screenshot(path=Path(SCREENS) / f"{name}-{width}-{scheme}.png")
        await self.page.emulate_media(color_scheme="light")
        await self.page.set_viewport_size({"width": 1440, "height": 900})


@dataclass
class Office:
    """Where clerks get their browsers."""

    world: World
    chromium: Browser
    clerks: list[Clerk] = field(default_factory=list)
    _kept: str = ""

    async def clerk(self, name: str, login: str, role: str = "staff", team: str = "support-department") -> Clerk:
        """Somebody registered, with a password and a browser; not signed in."""
        self._kept = self._kept or await Passwords().hash(PASSWORD)
        db, now = self.world.runtime.db, self.world.clock()
        async with db.begin() as tx:
            staff_id = await members.insert(tx, name, login, None, team, role, now)
            assert staff_id
            await sessions.set_password(tx, staff_id, self._kept, now)
        return await self.stranger(name, login)

    async def stranger(self, name: str, login: str = "") -> Clerk:
        """A browser of somebody whom nobody has registered here."""
        context = await self.chromium.new_context(
            locale="ru-RU", timezone_id="Europe/Moscow", viewport={"width": 1440, "height": 900}
        )
        made = Clerk(self.world, name, login, await context.new_page())
        made.page.set_default_timeout(PATIENCE)
        made.page.on("pageerror", lambda error: _failed(made, error))
        made.page.on("console", lambda said: made.faults.append(said.text) if _refused(said.text) else None)
        self.clerks.append(made)
        return made


def _failed(clerk: Clerk, error: Error) -> None:
    clerk.faults.append(str(error))


def _refused(text: str) -> bool:
    """What the page's own policy had to stop is a fault of the page."""
    return re.search(r"Content Security Policy|TrustedHTML|Refused to", text) is not None


@asynccontextmanager
async def an_office(world: World) -> AsyncIterator[Office]:
    """Browsers close at the end; whatever failed in one of them fails the story."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found, args=ARGS)
        office = Office(world, chromium)
        try:
            yield office
        finally:
            await chromium.close()
        assert [clerk.faults for clerk in office.clerks if clerk.faults] == []
