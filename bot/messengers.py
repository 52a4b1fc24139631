"""The messengers: settings and a runtime in, a way in and a way out for each of them out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter

from bot import group, metrics
from bot.config import Settings
from bot.domain.messages import Channel, Parsed, Received
from bot.storage.outbox import Rate
from bot.turn import Runtime
from bot.usecases import attach, receive
from bot.usecases.deliver import Send
from bot.usecases.fetch_files import Fetch
from bot.usecases.handle_update import Door
from bot.voice import Recognise, listening

POLLED_SECONDS = 120.0
"""A poll returns within half a minute, and what it brought is stored in less than another."""
RESTING_SECONDS = 700.0
"""A messenger may ask to wait for ten minutes."""


@dataclass(frozen=True, slots=True)
class Messenger:
    """One messenger, ready to run."""

    channel: Channel
    door: Door
    send: Send
    rate: Rate
    receive: Callable[[asyncio.Event], Awaitable[None]]
    """Polls, or keeps the webhook set; run by the worker that leads."""
    hook: APIRouter
    """Served by every worker whatever the way in: what is under way while it changes must not be lost."""
    close: Callable[[], Awaitable[None]]
    fetch: Fetch


def messengers(settings: Settings, runtime: Runtime, recognise: Recognise | None = None) -> Sequence[Messenger]:
    """The messengers that have a token. Their SDKs are imported here and nowhere else: it takes seconds."""
    made = []
    if settings.telegram_token:
        made.append(_telegram(settings, settings.telegram_token.get_secret_value(), runtime, recognise))
    if settings.vk_token and settings.vk_group_id:
        made.append(_vk(settings, settings.vk_token.get_secret_value(), settings.vk_group_id, runtime, recognise))
    return made


def _telegram(settings: Settings, token: str, runtime: Runtime, recognise: Recognise | None) -> Messenger:
    from bot.channels.hooks import hook
    from bot.channels.telegram.conversation import of_group
    from bot.channels.telegram.keep import keep
    from bot.channels.telegram.parse import parse
    from bot.channels.telegram.receive import poll
    from bot.channels.telegram.send import TelegramSender
    from bot.channels.telegram.webhook import router

    async def store(rows: Sequence[Received]) -> None:
        await receive.receive(runtime, rows)

    async def receiving(stop: asyncio.Event) -> None:
        if settings.webhook_site is None:
            await poll(token, settings.telegram_api, store, stop, count=count)
        else:
            await keep(token, settings.telegram_api, settings.webhook_site, own, store, stop, count=count)

    async def understood(payload: Mapping[str, Any]) -> Parsed:
        """Whichever worker learnt that the staff group has moved, all know it by the next update of a group."""
        chat = settings.telegram_staff_chat
        if chat is not None and of_group(payload):
            chat = int(await group.place(runtime, str(chat)))
        return await parse(payload, token=token, staff_chat=chat)

    count = partial(_befell, runtime)
    own = hook(Channel.TELEGRAM.value, token.partition(":")[0], settings.secret_key.get_secret_value())
    sender = TelegramSender(token, settings.telegram_api)
    return Messenger(
        Channel.TELEGRAM,
        Door(listening(understood, sender.fetch, recognise), sender.answer_callback),
        partial(attach.send_with_file, runtime, sender.send, f"telegram:{token.partition(':')[0]}"),
        Rate(settings.telegram_rate, burst=30, chat_interval=1 / settings.telegram_chat_rate, chat_burst=4),
        receiving,
        router(own, receive.Together(store).store, metrics.ingress),
        sender.close,
        sender.fetch,
    )


def _vk(settings: Settings, token: str, group_id: int, runtime: Runtime, recognise: Recognise | None) -> Messenger:
    from bot.channels.hooks import hook
    from bot.channels.vk.keep import Community, keep, poll_instead
    from bot.channels.vk.parse import parse
    from bot.channels.vk.send import VkSender
    from bot.channels.vk.webhook import router

    async def store(rows: Sequence[Received], ts: str) -> None:
        await receive.receive(runtime, rows, channel=Channel.VK, position=f"{group_id}:{ts}")

    async def load_ts() -> str | None:
        # Another community counts its events anew.
        group, colon, ts = (await receive.position(runtime, Channel.VK) or "").rpartition(":")
        return ts if ts and (not colon or group == str(group_id)) else None

    async def store_pushed(rows: Sequence[Received]) -> None:
        await receive.receive(runtime, rows)

    async def receiving(stop: asyncio.Event) -> None:
        if settings.webhook_site is None:
            await poll_instead(community, load_ts, store, stop, count=count)
        else:
            forget = partial(receive.forget_position, runtime, Channel.VK)
            await keep(community, load_ts, store, forget, stop, count=count)

    count = partial(_befell, runtime)
    own = hook(Channel.VK.value, str(group_id), settings.secret_key.get_secret_value())
    community = Community(token, group_id, settings.vk_api, settings.webhook_site or "", own)
    pack = runtime.shelf.content.pack
    start_words = pack.texts["vk.start_words"][pack.agency.default_language].casefold().split()
    sender = VkSender(token, group_id, settings.vk_api, salt=runtime.salt)
    read = partial(parse, start_words=frozenset(start_words), name_of=sender.name_of)
    return Messenger(
        Channel.VK,
        Door(listening(read, sender.fetch, recognise), sender.answer_callback),
        partial(attach.send_with_file, runtime, sender.send, f"vk:{group_id}"),
        Rate(settings.vk_rate, burst=20, chat_interval=0.5, chat_burst=6),
        receiving,
        router(own, group_id, receive.Together(store_pushed).store, community.ask_confirmation, metrics.ingress),
        sender.close,
        sender.fetch,
    )


def _befell(runtime: Runtime, event: str) -> None:
    """Something that happened to an ingress: ``telegram.polled``."""
    metrics.ingress(event)
    channel, _, what = event.partition(".")
    # A messenger that is down is no fault of this worker: its page goes on. Only a loop that hangs is.
    runtime.pulse.beat(ingress_of(channel), POLLED_SECONDS if what == "polled" else RESTING_SECONDS)


def ingress_of(channel: str) -> str:
    """The name under which an ingress beats."""
    return f"ingress of {channel}"
