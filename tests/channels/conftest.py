"""The client's page, for whoever asks it over HTTP and for a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.channels.page_client import Browser as Asker
from tests.channels.page_stub import House, Served, serve
from tests.channels.page_visit import ARGS, Arrive, Visit, replies


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def arrive(chromium: Browser) -> AsyncIterator[Arrive]:
    visits: list[Visit] = []

    async def coming(house: House | None = None, permissions: Sequence[str] = ()) -> Visit:
        house = house or House(answer=replies)
        served = await serve(house.ports())
        context = await chromium.new_context(
            locale="ru-RU", timezone_id="Europe/Moscow", viewport={"width": 390, "height": 800}, permissions=permissions
        )
        page = await context.new_page()
        page.set_default_timeout(8000)
        visit = Visit(house, served, context, page, [])
        visit.watch()
        visits.append(visit)
        return visit

    yield coming
    for visit in visits:
        await visit.context.close()
        await visit.served.stop()
        assert visit.faults == []


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served() -> AsyncIterator[tuple[House, Served]]:
    house = House()
    running = await serve(house.ports())
    yield house, running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def house(served: tuple[House, Served]) -> House:
    """The same house for all, as empty as new."""
    served[0].clear()
    return served[0]


@pytest_asyncio.fixture(loop_scope="module")
async def browser(house: House, served: tuple[House, Served]) -> AsyncIterator[Asker]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Asker(house, served[1].url, session)
