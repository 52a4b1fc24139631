"""The constructors: settings in, a runtime, its messengers and its web site out. No container."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI

from bot import metrics, vitals
from bot.channels.page import receive as page_receive
from bot.channels.page.capabilities import CAPABILITIES as PAGE
from bot.channels.page.ports import PagePorts
from bot.channels.page.routes import router as page_router
from bot.channels.telegram.capabilities import CAPABILITIES as TELEGRAM
from bot.channels.vk.capabilities import CAPABILITIES as VK
from bot.config import Settings
from bot.console.assets import BASE as DESK
from bot.console.site import console
from bot.domain.messages import Channel, Parsed, Received
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage.migrate import upgrade
from bot.storage.outbox import Rate
from bot.storage.personal import Cipher
from bot.storage.session import Database
from bot.storage.wake import Wake
from bot.turn import Clock, Content, Runtime, Shelf
from bot.usecases import attach, look_at_health, read_page, receive
from bot.usecases.deliver import Send
from bot.usecases.handle_update import Door
from bot.usecases.publish_pack import publish_pack
from knowledge_base.load import load_pack
from nlu.matcher import Matcher

LIMITS = {Channel.TELEGRAM: TELEGRAM, Channel.VK: VK, Channel.PAGE: PAGE}

POLLED_SECONDS = 120.0
"""A poll returns within half a minute, and what it brought is stored in less than another."""
RESTING_SECONDS = 700.0
"""A messenger may ask to wait for ten minutes."""

Tell = Callable[[str], None]
"""Tells the operator what is going on."""


@dataclass(frozen=True, slots=True)
class Messenger:
    """One messenger, ready to run."""

    channel: Channel
    door: Door
    send: Send
    rate: Rate
    poll: Callable[[asyncio.Event], Awaitable[None]]
    close: Callable[[], Awaitable[None]]


async def make_runtime(settings: Settings, clock: Clock, tell: Tell = lambda _: None) -> Runtime:
    """Migrate, load the content, publish it as a release, and make what use cases work with.

    Raises PackError for a broken pack, before anything has changed.
    """
    pack = load_pack(settings.pack, REQUIRED_TEXTS)
    tell("Preparing the database")
    await upgrade(settings.database_url)
    db = Database(settings.database_url)
    published = await publish_pack(db, pack, settings.pack, clock())
    tell(f"Content: {len(pack.templates)} answers, release {published.release}")
    engine = await asyncio.to_thread(Matcher.fit, pack, settings.var / "engines")
    staff_chat = settings.telegram_staff_chat if settings.telegram_token else None
    return Runtime(
        db=db,
        wake=Wake(settings.database_url),
        shelf=Shelf(Content(published.release, pack, engine)),
        cipher=Cipher(settings.secret_key.get_secret_value()),
        clock=clock,
        limits=LIMITS,
        staff_chat=str(staff_chat) if staff_chat else None,
        salt=published.salt,
    )


def messengers(settings: Settings, runtime: Runtime) -> Sequence[Messenger]:
    """The messengers that have a token. Their SDKs are imported here and nowhere else: it takes seconds."""
    made = []
    if settings.telegram_token:
        made.append(_telegram(settings, settings.telegram_token.get_secret_value(), runtime))
    if settings.vk_token and settings.vk_group_id:
        made.append(_vk(settings, settings.vk_token.get_secret_value(), settings.vk_group_id, runtime))
    return made


def _telegram(settings: Settings, token: str, runtime: Runtime) -> Messenger:
    from bot.channels.telegram.parse import parse
    from bot.channels.telegram.receive import poll
    from bot.channels.telegram.send import TelegramSender

    async def store(rows: Sequence[Received]) -> None:
        await receive.receive(runtime, rows)

    sender = TelegramSender(token, settings.telegram_api)
    return Messenger(
        Channel.TELEGRAM,
        Door(partial(parse, token=token, staff_chat=settings.telegram_staff_chat), sender.answer_callback),
        partial(attach.send_with_file, runtime, sender.send, f"telegram:{token.partition(':')[0]}"),
        Rate(settings.telegram_rate, burst=30, chat_interval=1 / settings.telegram_chat_rate, chat_burst=4),
        lambda stop: poll(token, settings.telegram_api, store, stop, count=partial(_befell, runtime)),
        sender.close,
    )


def _vk(settings: Settings, token: str, group_id: int, runtime: Runtime) -> Messenger:
    from bot.channels.vk.parse import parse
    from bot.channels.vk.receive import poll
    from bot.channels.vk.send import VkSender

    async def store(rows: Sequence[Received], ts: str) -> None:
        await receive.receive(runtime, rows, channel=Channel.VK, position=ts)

    async def load_ts() -> str | None:
        return await receive.position(runtime, Channel.VK)

    pack = runtime.shelf.content.pack
    start_words = pack.texts["vk.start_words"][pack.agency.default_language].casefold().split()
    sender = VkSender(token, group_id, settings.vk_api, salt=runtime.salt)
    return Messenger(
        Channel.VK,
        Door(partial(parse, start_words=frozenset(start_words)), sender.answer_callback),
        partial(attach.send_with_file, runtime, sender.send, f"vk:{group_id}"),
        Rate(settings.vk_rate, burst=20, chat_interval=0.5, chat_burst=6),
        lambda stop: poll(token, group_id, settings.vk_api, load_ts, store, stop, count=partial(_befell, runtime)),
        sender.close,
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


def page_door() -> Door:
    """The page's updates; its buttons need no answer."""

    async def parse(payload: Mapping[str, Any]) -> Parsed:
        return page_receive.parse(payload)

    async def answer(callback: str) -> None:
        return None

    return Door(parse, answer)


def web(settings: Settings, runtime: Runtime) -> FastAPI:
    """The page, the desk for staff, and what operators look at."""
    api = FastAPI(title="Otklik", docs_url=None, redoc_url=None, openapi_url=None)
    api.include_router(page_router(_page_ports(settings, runtime)))
    api.include_router(vitals.router(_vitals_ports(settings, runtime)))
    api.mount(DESK, console(runtime, secure=_secure(settings), url=settings.public_url or ""))
    return api


def _vitals_ports(settings: Settings, runtime: Runtime) -> vitals.VitalsPorts:
    async def numbers() -> bytes:
        counted = await look_at_health.count_rows(runtime)
        return metrics.exposition(counted.rows, counted.ages)

    return vitals.VitalsPorts(
        look=partial(look_at_health.look_at_health, runtime),
        numbers=numbers,
        content_type=metrics.CONTENT_TYPE,
        token=settings.metrics_token.get_secret_value() if settings.metrics_token else None,
        stopping=lambda: runtime.wake.ended,
    )


def _secure(settings: Settings) -> bool:
    """Whether people come over https."""
    return (settings.public_url or "").startswith("https://")


def _page_ports(settings: Settings, runtime: Runtime) -> PagePorts:
    def pack() -> Any:
        return runtime.shelf.content.pack

    def words(language: str) -> Mapping[str, str]:
        default = pack().agency.default_language
        return {
            key: texts.get(language) or texts[default] for key, texts in pack().texts.items() if key.startswith("page.")
        }

    def title(language: str) -> str:
        titles = pack().agency.title
        return str(titles.get(language) or titles[pack().agency.default_language])

    async def store(rows: Sequence[Received]) -> None:
        await receive.receive(runtime, rows)

    return PagePorts(
        store=store,
        history=partial(read_page.read_page, runtime),
        changed=lambda visitor: runtime.wake.listening(f"page:{visitor}"),
        file=partial(attach.page_file, runtime),
        acknowledge=partial(read_page.acknowledge, runtime),
        texts=words,
        title=title,
        secret=settings.secret_key.get_secret_value(),
        secure=_secure(settings),
        stopping=lambda: runtime.wake.ended,
    )
