"""A router behind a real HTTP server, and somebody who asks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import uvicorn
from fastapi import APIRouter, FastAPI


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return self.body.decode()


class Asker:
    """Asks one site over real HTTP."""

    def __init__(self, session: aiohttp.ClientSession, site: str) -> None:
        self._session, self.site = session, site

    async def post(self, path: str, **options: Any) -> Answer:
        return await self.ask("POST", path, **options)

    async def ask(self, verb: str, path: str, **options: Any) -> Answer:
        async with self._session.request(verb, self.site + path, **options) as response:
            return Answer(response.status, await response.read(), response.headers)


@asynccontextmanager
async def served(*routers: APIRouter) -> AsyncIterator[Asker]:
    """The routers' site runs while the block does."""
    app = FastAPI()
    for router in routers:
        app.include_router(router)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", log_config=None))
    serving = asyncio.create_task(server._serve())  # ``serve`` would take the tests' signal handlers
    while not server.started:
        await asyncio.sleep(0.005)
    site = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        try:
            yield Asker(session, site)
        finally:
            server.should_exit = True
            await serving
