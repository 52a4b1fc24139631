"""The real SDKs, pointed at the emulators instead of the real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import jconfig  # type: ignore[import-untyped]
import requests
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from requests.adapters import HTTPAdapter
from vk_api import VkApi  # type: ignore[import-untyped]
from vk_api.vk_api import VkApiGroup  # type: ignore[import-untyped]

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.emulators.vk_longpoll import EVENTS_VERSION

# Which of the two is written into vk_api depends on its version.
VK_HOSTS: Final = ("https://api.vk.com", "https://api.vk.ru")


class _Session(AiohttpSession):
    """Closes without the quarter of a second that aiogram allows for TLS, which is not used here."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


@asynccontextmanager
async def aiogram_bot(emulator: TelegramEmulator, timeout: float = 5.0) -> AsyncIterator[Bot]:
    """An aiogram Bot that talks to this emulator; `timeout` in seconds for every call."""
    session = _Session(api=TelegramAPIServer.from_base(emulator.url), timeout=timeout)
    bot = Bot(emulator.token, session=session)
    try:
        yield bot
    finally:
        await bot.session.close()


class _Redirect(HTTPAdapter):
    """Sends calls meant for VK's API host to another base URL, with a timeout the SDK does not set."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(max_retries=0)
        self._base = base
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        for host in VK_HOSTS:
            if request.url is not None and request.url.startswith(host):
                request.url = self._base + request.url.removeprefix(host)
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        return super().send(request, *args, **kwargs)


def vk_session(emulator: VkEmulator, timeout: float = 5.0) -> VkApi:
    """A vk_api session of the community; blocking, so call it from a thread."""
    session = requests.Session()
    for host in VK_HOSTS:
        session.mount(host, _Redirect(emulator.url, timeout))
    return VkApiGroup(token=emulator.token, api_version=EVENTS_VERSION, session=session, config=jconfig.MemoryConfig)
