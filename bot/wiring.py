"""The constructors: settings in, a runtime and its web site out. No container."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI

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
from bot.storage.personal import Cipher
from bot.storage.session import Database
from bot.storage.wake import Wake
from bot.turn import Clock, Content, Runtime, Shelf
from bot.usecases import attach, look_at_health, read_answers, read_page, receive
from bot.usecases.fetch_files import take_upload
from bot.usecases.handle_update import Door
from bot.usecases.publish_pack import How, publish_pack
from bot.voice import Recognise
from knowledge_base.load import load_pack
from nlu.engines import Engines, Mode
from nlu.rasa_client import RasaClient
from nlu.rasa_home import Rasa
from nlu.speech import SpeechUnavailable, local_recogniser

log = logging.getLogger(__name__)

LIMITS = {Channel.TELEGRAM: TELEGRAM, Channel.VK: VK, Channel.PAGE: PAGE}

Tell = Callable[[str], None]
"""Tells the operator what is going on."""


async def make_runtime(settings: Settings, clock: Clock, tell: Tell = lambda _: None) -> Runtime:
    """Migrate, import the folder unless it was imported before, and make what use cases work with.

    The newest release is served, whatever the folder holds. Raises PackError for a broken pack, before anything
    has changed; ReleaseUnreadable.
    """
    pack = load_pack(settings.pack, REQUIRED_TEXTS)
    tell("Preparing the database")
    await upgrade(settings.database_url)
    db = Database(settings.database_url)
    published = await publish_pack(db, pack, settings.pack, clock(), How(starting=True, required=REQUIRED_TEXTS))
    pack = published.pack
    tell(f"Content: {len(pack.templates)} answers, release {published.release}")
    for line in published.told():
        tell(line)
    tell("Learning how people ask (seconds; kept for the next start)")
    engines = Engines(settings.var / "engines", _rasa(settings), Mode(settings.rasa_mode))
    engine = await asyncio.to_thread(engines.fit, pack)
    metrics.released(published.release)
    staff_chat = settings.telegram_staff_chat if settings.telegram_token else None
    return Runtime(
        db=db,
        wake=Wake(settings.database_url),
        shelf=Shelf(Content(published.release, pack, engine)),
        cipher=Cipher(settings.keys[0], settings.keys[1:]),
        clock=clock,
        limits=LIMITS,
        staff_chat=str(staff_chat) if staff_chat else None,
        salt=published.salt,
        engines=engines,
    )


def _rasa(settings: Settings) -> Rasa | None:
    if settings.rasa_url is None or settings.rasa_mode == "off":
        return None
    token = settings.rasa_token.get_secret_value() if settings.rasa_token else None
    return Rasa(RasaClient(settings.rasa_url, token), count=metrics.rasa_asked)


def recogniser(settings: Settings) -> Recognise | None:
    """What puts voice messages into writing; None where it is off, or can't be had: then the log says why."""
    if settings.speech_model is None:
        return None
    try:
        return local_recogniser(settings.speech_model).recognise
    except SpeechUnavailable as error:
        log.warning("voice messages are not recognised: %s", error)
        return None


def page_door() -> Door:
    """The page's updates; its buttons need no answer."""

    async def parse(payload: Mapping[str, Any]) -> Parsed:
        return page_receive.parse(payload)

    async def answer(callback: str) -> None:
        return None

    return Door(parse, answer)


def web(settings: Settings, runtime: Runtime, hooks: Sequence[APIRouter] = ()) -> FastAPI:
    """The page, the desk for staff, the messengers' webhooks, and what operators look at."""
    api = FastAPI(title="Otklik", docs_url=None, redoc_url=None, openapi_url=None)
    api.include_router(page_router(_page_ports(settings, runtime)))
    api.include_router(vitals.router(_vitals_ports(settings, runtime)))
    api.mount(DESK, console(runtime, secure=_secure(settings), url=settings.public_url or ""))
    for hook in hooks:
        api.include_router(hook)
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
        keep=partial(take_upload, runtime),
        acknowledge=partial(read_page.acknowledge, runtime),
        texts=words,
        title=title,
        answers=partial(read_answers.read_answers, runtime),
        secret=settings.keys[0],
        former=settings.keys[1:],
        secure=_secure(settings),
        stopping=lambda: runtime.wake.ended,
    )
