"""Rasa's HTTP API, version 3.6: every failure has a name, and nothing doubtful is passed on.

Rasa takes a text that begins with "/" for an intent, classifies an empty one as something, and fails on a
missing one; none of these is ever sent. The token goes in the query string, so addresses are never told.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from nlu.cleaning import MAX_CHARACTERS
from nlu.reading import Ranking

if TYPE_CHECKING:
    import aiohttp

MAX_BODY = 2**18
"""Bytes of an answer; a real one has a few thousand."""
FALLBACK = "nlu_fallback"
"""Rasa's own class for "not sure"; the zones of the pack judge that."""


class Trouble(StrEnum):
    """Why Rasa gave no ranking."""

    REFUSED = "refused"
    """No connection, or one that broke."""
    TIMEOUT = "timeout"
    DENIED = "denied"
    """401 or 403: the token is wrong."""
    NO_MODEL = "no_model"
    """409: no model is loaded."""
    REJECTED = "rejected"
    """Any other answer below 500 that is no success."""
    FAILED = "failed"
    """500 and above."""
    GARBAGE = "garbage"
    """An answer that is no ranking of this text."""
    STRANGE_INTENT = "strange_intent"
    """A ranking with intents that the release does not have: the model is another's."""


class RasaFailed(Exception):
    """Rasa was asked and gave nothing that can be used."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


def askable(text: str) -> bool:
    """Whether Rasa may be asked about a text."""
    return bool(text.strip()) and not text.lstrip().startswith("/")


class RasaClient:
    """Asks one Rasa server. Make it and use it on one event loop; ``close`` it there."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._params = {"token": token} if token else {}
        self._session: aiohttp.ClientSession | None = None

    async def rank(self, text: str, known: Collection[str] | None = None) -> Ranking:
        """Intents of a cleaned, ``askable`` text with their probabilities, best first. Raises RasaFailed.

        ``known``: intents of the release; None: any will do. A deadline is the caller's: cancel it.
        """
        asked = text.strip()[:MAX_CHARACTERS]
        told = await self._json("POST", "/model/parse", {"text": asked})
        if not isinstance(told, dict) or told.get("text") != asked:
            raise RasaFailed(Trouble.GARBAGE)
        ranking = _ranking(told.get("intent_ranking"))
        if known is not None and any(name not in known for name, _ in ranking):
            raise RasaFailed(Trouble.STRANGE_INTENT)
        return ranking

    async def model(self) -> str:
        """Name of the model that serves, without folder and ending. Raises RasaFailed."""
        return model_name(await self.model_file())

    async def model_file(self) -> str:
        """Its file, as the server tells it: without its folder. Raises RasaFailed."""
        told = await self._json("GET", "/status")
        name = told.get("model_file") if isinstance(told, dict) else None
        if not isinstance(name, str) or not name:
            raise RasaFailed(Trouble.GARBAGE)
        return name

    async def load(self, path: str) -> None:
        """Let the server replace its model by the file at this path of its own machine. Raises RasaFailed."""
        await self._asked("PUT", "/model", {"model_file": path})

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _json(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            return json.loads(await self._asked(method, path, body))
        except (ValueError, RecursionError) as error:  # bytes that are no UTF-8 too
            raise RasaFailed(Trouble.GARBAGE) from error

    async def _asked(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        import aiohttp  # takes its time, and most run without Rasa

        if self._session is None:
            # Deadlines are the caller's. Bounded parallelism too: Rasa takes whatever comes and slows down.
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        try:
            async with self._session.request(
                method, self._url + path, params=self._params, json=body, allow_redirects=False
            ) as response:
                _judge(response.status)
                return await _body(response)
        except aiohttp.ClientResponseError as error:  # a head that is no HTTP
            raise RasaFailed(Trouble.GARBAGE) from error
        except (aiohttp.ClientPayloadError, aiohttp.InvalidURL) as error:
            raise RasaFailed(Trouble.GARBAGE) from error
        except (aiohttp.ClientError, OSError) as error:
            timed_out = isinstance(error, asyncio.TimeoutError)
            raise RasaFailed(Trouble.TIMEOUT if timed_out else Trouble.REFUSED) from error


def model_name(path: str) -> str:
    """A model's name: its file's, without folder and ending."""
    return path.replace("\\", "/").rpartition("/")[2].removesuffix(".tar.gz")


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    named = {401: Trouble.DENIED, 403: Trouble.DENIED, 409: Trouble.NO_MODEL}
    raise RasaFailed(Trouble.FAILED if status >= 500 else named.get(status, Trouble.REJECTED))


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for part in response.content.iter_any():
        body += part
        if len(body) > MAX_BODY:
            raise RasaFailed(Trouble.GARBAGE)
    return body


def _ranking(told: object) -> list[tuple[str, float]]:
    """What Rasa ranks, checked. Raises RasaFailed."""
    found = []
    for one in told if isinstance(told, list) else ():
        match one:
            case {"name": str(name), "confidence": float() | int() as score} if 0 <= score <= 1:
                found.append((name, float(score)))
            case _:
                raise RasaFailed(Trouble.GARBAGE)
    found = [pair for pair in found if pair[0] != FALLBACK]
    if not found:
        raise RasaFailed(Trouble.GARBAGE)
    return sorted(found, key=lambda pair: -pair[1])
