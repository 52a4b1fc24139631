"""The console over real HTTP on a real database, and named people with browsers that keep cookies."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn
from fastapi import FastAPI
from yarl import URL

from bot.console.site import console
from bot.domain.sign_in import hashed
from bot.storage import members, sessions
from bot.turn import Runtime

PASSWORD = "трактор зелёный едет"
SITE = {"Sec-Fetch-Site": "same-origin"}
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)


@dataclass
class Answer:
    status: int
    headers: Any
    body: str
    url: str

    @property
    def text(self) -> str:
        """What a person reads."""
        return " ".join(html.unescape(_TAG.sub(" ", self.body)).split())

    @property
    def form(self) -> str:
        """The token of the page's forms."""
        found = re.search(r'name="form" value="([0-9a-f]+)"', self.body)
        return found[1] if found else ""


@dataclass
class Browser:
    """Keeps cookies, sends forms with the token of the last page it read."""

    url: str
    session: aiohttp.ClientSession
    form: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def gets(self, path: str, *, follow: bool = True, **headers: str) -> Answer:
        sent = {**self.headers, **headers}
        async with self.session.get(self.url + path, headers=sent, allow_redirects=follow) as response:
            return self._read(response, await response.text())

    async def posts(self, path: str, fields: dict[str, Any] | None = None, *, follow: bool = True) -> Answer:
        """A form as a page of the console sends it."""
        return await self._sends(path, {"form": self.form, **(fields or {})}, SITE, follow=follow)

    async def forges(self, path: str, fields: dict[str, Any], **headers: str) -> Answer:
        return await self._sends(path, fields, headers, follow=False)

    async def _sends(self, path: str, fields: dict[str, Any], headers: Mapping[str, str], *, follow: bool) -> Answer:
        sent = {**self.headers, **headers}
        async with self.session.post(self.url + path, data=fields, headers=sent, allow_redirects=follow) as response:
            return self._read(response, await response.text())

    async def signs_in(self, login: str, password: str = PASSWORD, next_: str = "") -> Answer:
        await self.gets("/desk/sign-in")
        return await self.posts("/desk/sign-in", {"login": login, "password": password, "next": next_})

    def cookie(self, name: str = "desk") -> str:
        found = self.session.cookie_jar.filter_cookies(URL(self.url)).get(name)
        return found.value if found else ""

    def plants(self, value: str, name: str = "desk") -> None:
        self.session.cookie_jar.update_cookies({name: value}, URL(self.url))

    def _read(self, response: aiohttp.ClientResponse, body: str) -> Answer:
        answer = Answer(response.status, response.headers, body, str(response.url))
        self.form = answer.form or self.form
        return answer


@dataclass
class House:
    """The console, its site and its people."""

    runtime: Runtime
    app: FastAPI
    site: FastAPI
    url: str
    browsers: list[Browser] = field(default_factory=list)
    _kept: str = ""

    async def person(self, name: str, login: str, role: str = "staff", team: str = "support-department") -> int:
        """Somebody with a login and PASSWORD."""
        self._kept = self._kept or await self.app.state.desk.passwords.hash(PASSWORD)
        async with self.runtime.db.begin() as tx:
            staff_id = await members.insert(tx, name, login, None, team, role, self.runtime.clock())
            assert staff_id
            await sessions.set_password(tx, staff_id, self._kept, self.runtime.clock())
        return staff_id

    def browser(self) -> Browser:
        made = Browser(self.url, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        self.browsers.append(made)
        return made

    async def seated(self, login: str, role: str = "staff", team: str = "support-department") -> Browser:
        """A new person, signed in."""
        staff_id = await self.person(login.title(), login, role, team)
        browser, token = self.browser(), f"session-of-{login}"
        async with self.runtime.db.begin() as tx:
            await sessions.open_(tx, staff_id, hashed(token), self.runtime.clock())
        browser.plants(token)
        await browser.gets("/desk/password")
        return browser


@asynccontextmanager
async def house(runtime: Runtime, *, secure: bool = False) -> AsyncIterator[House]:
    """Served on a free port of 127.0.0.1."""
    app, site = console(runtime, secure=secure), FastAPI(openapi_url=None)
    site.mount("/desk", app)
    config = uvicorn.Config(
        site, port=0, log_level="critical", lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    made = House(runtime, app, site, f"http://127.0.0.1:{port}")
    try:
        yield made
    finally:
        for browser in made.browsers:
            await browser.session.close()
        server.should_exit = True
        await asyncio.wait({task}, timeout=3)
        task.cancel()
