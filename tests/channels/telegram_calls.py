"""A Bot API that answers calls as a test wants, and calls to it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from aiohttp import web

from bot.domain.messages import Call, CallKind, Channel, Rendered

TOKEN = "4242:very-secret"
SENT = {"message_id": 71, "date": 1763712000, "chat": {"id": 501, "type": "private"}, "text": "x"}


class Server:
    """Answers each call with the next of ``answers``, else that it took place."""

    def __init__(self) -> None:
        self.answers: deque[web.Response | str] = deque()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append((method, await request.json()))
        answer = self.answers.popleft() if self.answers else web.json_response({"ok": True, "result": SENT})
        if answer == "cut":
            assert request.transport is not None
            request.transport.abort()
        if answer == "hang":
            await asyncio.sleep(5)
        return answer if isinstance(answer, web.Response) else web.Response()


def call(text: str = "Здравствуйте", **more: Any) -> Call:
    marks, rows = more.pop("marks", ()), more.pop("rows", ())
    kind, target = more.pop("kind", CallKind.MESSAGE), more.pop("target", "501")
    return Call(9, Channel.TELEGRAM, kind, target, Rendered(text, marks, rows), **more)


def refusal(code: int, text: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": code, "description": text, "parameters": parameters}
    return web.json_response(body, status=code)
