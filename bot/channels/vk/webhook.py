"""VK's Callback API: a raw event is stored, then answered with ``ok``. Nothing is understood here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels.hooks import Count, Forged, Guard, Hook, parsed, same
from bot.channels.vk.conversation import received
from bot.domain.messages import Received


def router(
    hook: Hook,
    group_id: int,
    store: Callable[[Sequence[Received]], Awaitable[None]],
    confirmation: Callable[[], Awaitable[str]],
    count: Count = lambda _: None,
) -> APIRouter:
    """The route that VK posts to.

    ``store`` returns after the commit. ``confirmation`` asks VK for the string that proves the address
    to be ours: it changes, and any worker may be asked for it.
    """
    guard = Guard("vk", count)

    async def take(request: Request) -> Response:
        return await guard.pass_on(request, keep)

    async def keep(body: bytes) -> Response:
        event = parsed(body)
        if not isinstance(event, dict) or event.get("group_id") != group_id:
            raise Forged
        if event.get("type") == "confirmation" and same(event.get("secret", hook.secret), hook.secret):
            return PlainTextResponse(await confirmation())
        # The secret is not stored with the event.
        if not same(event.pop("secret", None), hook.secret):
            raise Forged
        row = received(event)
        if row is not None:
            await store([row])
        return PlainTextResponse("ok")

    made = APIRouter(include_in_schema=False)
    made.add_route(hook.path, take, methods=["POST"])
    return made
