"""Telegram's webhook: a raw update is stored, then answered with 200. Nothing is understood here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.hooks import Count, Guard, Hook, parsed, same
from bot.channels.telegram.conversation import received
from bot.domain.messages import Received

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


def router(
    hook: Hook, store: Callable[[Sequence[Received]], Awaitable[None]], count: Count = lambda _: None
) -> APIRouter:
    """The route that Telegram posts to. ``store`` returns after the commit."""
    guard = Guard("telegram", count)

    async def take(request: Request) -> Response:
        # The header comes before the body: a stranger's body is not even read.
        if not same(request.headers.get(SECRET_HEADER), hook.secret):
            return guard.forged(request)
        return await guard.pass_on(request, keep)

    async def keep(body: bytes) -> Response:
        row = received(parsed(body))
        if row is None:
            # Refused, it would come again for a day and hold up what is behind it.
            guard.malformed()
        else:
            await store([row])
        return Response(status_code=200)

    made = APIRouter(include_in_schema=False)
    made.add_route(hook.path, take, methods=["POST"])
    return made
