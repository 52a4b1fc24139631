"""How calls travel: aiogram's session with bodies in JSON and results left as they were parsed.

Forms and validated results cost 0.2 ms of processor time a call more than this (measured), which is more
than all the rest of a call; and the state of the connection at a failure decides whether a call may be
repeated, which aiogram's one network error doesn't tell.
"""

from __future__ import annotations

from typing import Any, Final, cast

import aiohttp
import orjson
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile

from bot.domain.errors import FileTooBig, OutcomeUnknown, Refused, RetryLater

CONNECTIONS: Final = 100
SECONDS: Final = 30.0
"""A whole call; 10 of them to get a connection."""

DOWNLOAD_SECONDS: Final = 60.0
CHUNK: Final = 64 * 1024

_JSON: Final = {"Content-Type": "application/json"}


class Session(AiohttpSession):
    """Bodies in JSON; one that carries a file travels as aiogram's form.

    A result is plain JSON (a dict for a message, True for a deed), not aiogram's type. Besides aiogram's
    own errors for a refusal, raises RetryLater if the call can't have reached Telegram and OutcomeUnknown
    if it may have.
    """

    def __init__(self, api: str) -> None:
        super().__init__(
            limit=CONNECTIONS, api=TelegramAPIServer.from_base(api), json_loads=orjson.loads, timeout=SECONDS
        )

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """One call; ``timeout`` in seconds."""
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        limit = aiohttp.ClientTimeout(total=timeout or self.timeout, connect=10)
        try:
            async with session.post(url, timeout=limit, **self._body(bot, method)) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise RetryLater(f"no connection to Telegram ({type(error).__name__})") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise OutcomeUnknown(f"connection to Telegram lost ({type(error).__name__})") from None
        return cast(TelegramType, self._result(bot, method, status, body))

    def _body(self, bot: Bot, method: TelegramMethod[Any]) -> dict[str, Any]:
        if isinstance(getattr(method, "document", None), InputFile):
            return {"data": self.build_form_data(bot, method)}
        return {"data": _json(method), "headers": _JSON}

    async def download(self, bot: Bot, path: str, most: int) -> bytes:
        """A file of the Bot API, of at most ``most`` bytes. Raises FileTooBig, Refused, RetryLater."""
        session = await self.create_session()
        body = bytearray()
        try:
            limit = aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS, connect=10)
            async with session.get(self.api.file_url(token=bot.token, path=path), timeout=limit) as response:
                if response.status in (400, 404):
                    raise Refused(f"HTTP {response.status} for a file of Telegram")
                if response.status != 200:
                    raise RetryLater(f"HTTP {response.status} for a file of Telegram")
                async for chunk in response.content.iter_chunked(CHUNK):
                    body += chunk
                    if len(body) > most:
                        raise FileTooBig
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise RetryLater(f"connection to Telegram lost ({type(error).__name__})") from None
        return bytes(body)

    async def close(self) -> None:
        """Close the connections; aiogram's quarter of a second for TLS is spared where there is none."""
        if self.api.base.startswith("https:"):
            await super().close()
        elif self._session is not None:
            await self._session.close()

    def _result(self, bot: Bot, method: TelegramMethod[Any], status: int, body: bytes) -> Any:
        try:
            answer = orjson.loads(body)
        except ValueError:
            answer = None
        match answer:
            case {"ok": True, "result": result} if status == 200:
                return result
            case {"ok": False} if 400 <= status < 500:
                return self._refusal(bot, method, status, body)
        if 400 <= status < 500:  # a proxy's page: Telegram itself has not seen the call
            raise RetryLater(f"HTTP {status} instead of an answer of Telegram")
        raise OutcomeUnknown(f"HTTP {status} without a usable answer of Telegram")

    def _refusal(self, bot: Bot, method: TelegramMethod[Any], status: int, body: bytes) -> Any:
        """aiogram knows which of its errors a refusal is."""
        try:
            return self.check_response(bot, method, status, body.decode("utf-8", "replace")).result
        except ClientDecodeError:
            raise RetryLater(f"HTTP {status} with a refusal that can't be read") from None


def _json(method: TelegramMethod[Any]) -> bytes:
    return orjson.dumps(method.model_dump(exclude_unset=True, exclude_none=True, warnings=False))
