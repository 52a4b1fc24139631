"""A stand-in for Rasa's HTTP API that can fail in every way: for tests of who asks it, not of Rasa."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from tests.emulators.wire import CUT, Answer, HttpServer, Reply, Request

Ranks = Callable[[str], Sequence[tuple[str, float]]]


class Ill(StrEnum):
    """What can be wrong with it, while it answers ``/status`` as if nothing were, unless it hangs."""

    HUNG = "hung"
    SLOW = "slow"
    FAILING = "500"
    GARBAGE = "garbage"
    CUT = "cut"
    TRUNCATED = "truncated"
    HUGE = "huge"
    STRANGE = "strange"
    MIXED_UP = "mixed up"


class RasaStub:
    """``async with``: listens on a port of its own. ``ranks`` yields the intents of a text."""

    def __init__(self, ranks: Ranks, model: str, token: str = "") -> None:
        self.ranks, self.model, self.token = ranks, model, token
        self.models: dict[str, tuple[str, Ranks]] = {}
        """What ``PUT /model`` can load: path to name and ranking."""
        self.ill: Ill | None = None
        self.seconds = 0.0
        """Time that an answer takes."""
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.url = ""
        self._server = HttpServer(self._handle)
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.starts()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.dies()

    async def starts(self) -> None:
        self._port = await self._server.start(self._port)
        self.url = f"http://127.0.0.1:{self._port}"

    async def dies(self) -> None:
        """Every connection is cut and the port is closed, as when its process is killed."""
        await self._server.close()

    async def _handle(self, request: Request) -> Answer:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request)
        finally:
            self.at_once -= 1

    async def _answer(self, request: Request) -> Answer:
        if self.token and parse_qs(request.query).get("token") != [self.token]:
            return _json({"status": "failure", "reason": "NotAuthenticated"}, 401)
        if self.ill is Ill.HUNG:
            await asyncio.wait_for(request.gone.wait(), 60)
            return CUT
        await asyncio.sleep(self.seconds)
        if (request.verb, request.path) == ("GET", "/status"):
            if not self.model:
                return _json({"status": "failure", "reason": "Conflict"}, 409)
            return _json({"fingerprint": {}, "model_file": f"{self.model}.tar.gz", "num_active_training_jobs": 0})
        if (request.verb, request.path) == ("PUT", "/model"):
            return self._load(json.loads(request.body)["model_file"])
        return self._parse(json.loads(request.body)["text"])

    def _load(self, path: str) -> Answer:
        if path not in self.models:
            return _json({"status": "failure", "reason": "BadRequest"}, 400)
        self.model, self.ranks = self.models[path]
        return Reply(b"", 204)

    def _parse(self, text: str) -> Answer:
        self.asked.append(text)
        ranking = [{"name": name, "confidence": score} for name, score in self.ranks(text)]
        told = {"text": text, "intent": ranking[0], "entities": [], "intent_ranking": ranking}
        match self.ill:
            case Ill.FAILING:
                return _json({"status": "failure", "reason": "ParsingError"}, 500)
            case Ill.GARBAGE:
                return Reply("<html>Добрый день!</html>".encode(), content_type="text/html")
            case Ill.CUT:
                return CUT
            case Ill.TRUNCATED:
                return Reply(json.dumps(told).encode(), truncated=True)
            case Ill.HUGE:
                return Reply(b" " * 2**20 + json.dumps(told).encode())
            case Ill.STRANGE:
                told["intent_ranking"] = [{"name": "order_pizza", "confidence": 0.99}]
            case Ill.MIXED_UP:
                told["text"] = "ответ на другой вопрос"
        return _json(told)


def _json(told: object, status: int = 200) -> Reply:
    return Reply(json.dumps(told).encode(), status)
