"""VK's API that answers calls as a test wants, and calls to it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from aiohttp import web

from bot.domain.messages import Call, CallKind, Channel, Rendered

TOKEN = "very-secret"


class Server:
    """Answers each call with the next of ``answers``, else that it took place."""

    def __init__(self) -> None:
        self.answers: deque[web.Response | str] = deque()
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.at_once = self.most_at_once = 0
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        form = {str(k): str(v) for k, v in (await request.post()).items()}
        self.calls.append((request.match_info["method"], form))
        answer = self.answers.popleft() if self.answers else web.json_response({"response": 71})
        if answer == "cut":
            assert request.transport is not None
            request.transport.abort()
        if answer in ("hang", "slow"):
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await asyncio.sleep(2 if answer == "hang" else 0.15)
            self.at_once -= 1
        return answer if isinstance(answer, web.Response) else web.json_response({"response": 72})


def call(text: str = "Здравствуйте", number: int = 9, **more: Any) -> Call:
    marks, rows = more.pop("marks", ()), more.pop("rows", ())
    kind, target = more.pop("kind", CallKind.MESSAGE), more.pop("target", "501")
    return Call(number, Channel.VK, kind, target, Rendered(text, marks, rows), **more)


def error(code: int, text: str = "said by VK", **more: Any) -> web.Response:
    return web.json_response({"error": {"error_code": code, "error_msg": text, "request_params": [], **more}})
