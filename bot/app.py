"""The only wiring: plain constructors, then everything runs until a signal."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot import pumps, ticks
from bot.channels.page import receive as page_receive
from bot.channels.page.capabilities import CAPABILITIES as PAGE
from bot.channels.page.ports import PagePorts
from bot.channels.page.routes import router as page_router
from bot.channels.telegram.capabilities import CAPABILITIES as TELEGRAM
from bot.channels.vk.capabilities import CAPABILITIES as VK
from bot.config import Settings
from bot.domain.messages import Channel, Parsed, Received
from bot.domain.text_keys import REQUIRED_TEXTS
from bot.storage.leader import leading
from bot.storage.migrate import upgrade
from bot.storage.outbox import Rate
from bot.storage.personal import Cipher
from bot.storage.session import Database
from bot.storage.wake import Wake
from bot.turn import Clock, Content, Runtime, Shelf
from bot.usecases import read_page, receive
from bot.usecases.deliver import Send
from bot.usecases.handle_update import Door
from bot.usecases.publish_pack import publish_pack
from knowledge_base.load import load_pack
from nlu.matcher import Matcher

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
LIMITS = {Channel.TELEGRAM: TELEGRAM, Channel.VK: VK, Channel.PAGE: PAGE}

Tell = Callable[[str], None]
"""Tells the operator what is going on."""


class PortTaken(OSError):
    """The page's port can't be opened."""


@dataclass(frozen=True, slots=True)
class Messenger:
    """One messenger, ready to run."""

    channel: Channel
    door: Door
    send: Send
    rate: Rate
    poll: Callable[[asyncio.Event], Awaitable[None]]
    close: Callable[[], Awaitable[None]]


def clock_of(offset_file: Path | None) -> Clock:
    """The system's clock; in tests, turned by the seconds that a file holds."""
    def now() -> dt.datetime:
        real = dt.datetime.now(dt.UTC)
        if offset_file is None:
            return real
        try:
            return real + dt.timedelta(seconds=float(offset_file.read_text() or 0))
        except (OSError, ValueError):
            return real

    return now


async def make_runtime(settings: Settings, clock: Clock, tell: Tell = log.info) -> Runtime:
    """Migrate, load the content, publish it as a release, and make what use cases work with.

    Raises PackError for a broken pack, before anything has changed.
    """
    pack = load_pack(settings.pack, REQUIRED_TEXTS)
    tell("Preparing the database")
    await upgrade(settings.database_url)
    db = Database(settings.database_url)
    release = await publish_pack(db, pack, clock())
    tell(f"Content: {len(pack.templates)} answers, release {release}")
    engine = await asyncio.to_thread(Matcher.fit, pack, settings.var / "engines")
    staff_chat = settings.telegram_staff_chat if settings.telegram_token else None
    return Runtime(
        db=db, wake=Wake(settings.database_url), shelf=Shelf(Content(release, pack, engine)),
        cipher=Cipher(settings.secret_key.get_secret_value()), clock=clock, limits=LIMITS,
        staff_chat=str(staff_chat) if staff_chat else None,
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
        sender.send, Rate(settings.telegram_rate, burst=30, chat_interval=1.0, chat_burst=4),
        lambda stop: poll(token, settings.telegram_api, store, stop), sender.close,
    )


def _vk(settings: Settings, token: str, group_id: int, runtime: Runtime) -> Messenger:
    from bot.channels.vk.parse import parse
    from bot.channels.vk.receive import poll
    from bot.channels.vk.send import VkSender

    async def store(rows: Sequence[Received], ts: str) -> None:
        await receive.receive(runtime, rows, channel=Channel.VK, position=ts)

    async def load_ts() -> str | None:
        return await receive.position(runtime, Channel.VK)

    sender = VkSender(token, group_id, settings.vk_api)
    return Messenger(
        Channel.VK, Door(parse, sender.answer_callback), sender.send,
        Rate(settings.vk_rate, burst=20, chat_interval=0.5, chat_burst=6),
        lambda stop: poll(token, group_id, settings.vk_api, load_ts, store, stop), sender.close,
    )


def page_door() -> Door:
    """The page's updates; its buttons need no answer."""
    async def parse(payload: Mapping[str, Any]) -> Parsed:
        return page_receive.parse(payload)

    async def answer(callback: str) -> None:
        return None

    return Door(parse, answer)


def web(settings: Settings, runtime: Runtime) -> FastAPI:
    """The page. ``GET /healthz`` answers while the process lives."""
    api = FastAPI(title="Otklik", docs_url=None, redoc_url=None, openapi_url=None)
    api.include_router(page_router(_page_ports(settings, runtime)))

    @api.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return api


def _page_ports(settings: Settings, runtime: Runtime) -> PagePorts:
    def pack() -> Any:
        return runtime.shelf.content.pack

    def words(language: str) -> Mapping[str, str]:
        default = pack().agency.default_language
        return {
            key: texts.get(language) or texts[default]
            for key, texts in pack().texts.items() if key.startswith("page.")
        }

    def title(language: str) -> str:
        titles = pack().agency.title
        return str(titles.get(language) or titles[pack().agency.default_language])

    async def store(rows: Sequence[Received]) -> None:
        await receive.receive(runtime, rows)

    return PagePorts(
        store=store, history=partial(read_page.read_page, runtime),
        changed=lambda visitor: runtime.wake.listening(f"page:{visitor}"),
        acknowledge=partial(read_page.acknowledge, runtime), texts=words, title=title,
        secret=settings.secret_key.get_secret_value(),
        secure=(settings.public_url or "").startswith("https://"),
    )


async def run(settings: Settings, tell: Tell) -> None:
    """Serve until SIGTERM or SIGINT. Raises PackError, PortTaken, and the database's own errors."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    opened = _open_port(settings.host, settings.port)
    runtime = await make_runtime(settings, clock_of(settings.clock_file), tell)
    async with serving(settings, runtime, stop, opened):
        _announce(settings, opened.getsockname()[1], tell)
        await stop.wait()
        tell("Stopping")
    await runtime.db.close()


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, runtime: Runtime, stop: asyncio.Event, opened: socket.socket
) -> AsyncIterator[None]:
    """Everything a worker does, while the block runs; ``stop`` is set at its end."""
    ready = messengers(settings, runtime)
    doors = {Channel.PAGE: page_door(), **{m.channel: m.door for m in ready}}
    server = _Server(uvicorn.Config(
        web(settings, runtime), log_level="warning", access_log=False, timeout_graceful_shutdown=2, lifespan="off",
    ))
    scheduler = ticks.scheduler(runtime)
    failure: BaseException | None = None
    async with asyncio.TaskGroup() as group:
        background = [group.create_task(runtime.wake.run())]
        work = [group.create_task(server.serve(sockets=[opened]))]
        work.append(group.create_task(pumps.handle_updates(runtime, doors, stop)))
        for one in ready:
            work.append(group.create_task(_receive(settings, one, stop)))
            work.append(group.create_task(pumps.make_calls(
                runtime, one.channel, one.send, one.rate, stop, unknown=settings.telegram_unknown,
            )))
        scheduler.start()
        try:
            yield
        except BaseException as error:
            failure = error
        stop.set()
        scheduler.shutdown(wait=False)
        server.should_exit = True
        await asyncio.wait(work, timeout=STOP_SECONDS)
        for task in (*work, *background):
            task.cancel()
    for one in ready:
        await one.close()
    if failure is not None:
        raise failure


async def _receive(settings: Settings, messenger: Messenger, stop: asyncio.Event) -> None:
    """Poll while this worker leads; another takes over when it stops."""
    while not stop.is_set():
        leader = asyncio.ensure_future(_led(settings, messenger, stop))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({leader, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await asyncio.wait({leader}, timeout=STOP_SECONDS / 2)
            leader.cancel()
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leader


async def _led(settings: Settings, messenger: Messenger, stop: asyncio.Event) -> None:
    async with leading(settings.database_url, f"poll.{messenger.channel.value}") as lost:
        ended = asyncio.Event()
        polling = asyncio.ensure_future(messenger.poll(ended))
        waits = [asyncio.ensure_future(event.wait()) for event in (lost, stop)]
        await asyncio.wait({polling, *waits}, return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        for one in waits:
            one.cancel()
        await polling


class _Server(uvicorn.Server):
    """Leaves signals to ``run``."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


def _open_port(host: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise PortTaken(
            f"Port {port} on {host} can't be opened ({error.strerror}). Set OTKLIK_PORT to a free one."
        ) from error
    return opened


def _announce(settings: Settings, port: int, tell: Tell) -> None:
    address = settings.public_url or f"http://{settings.host}:{port}/"
    tell(f"Otklik is ready. Open {address}")
    if settings.telegram_token:
        tell("Telegram: on" + ("" if settings.telegram_staff_chat else
                               "; no staff group (OTKLIK_TELEGRAM_STAFF_CHAT): people are not told of cases"))
    else:
        tell("Telegram: off. Set OTKLIK_TELEGRAM_TOKEN (and OTKLIK_TELEGRAM_STAFF_CHAT) to switch it on.")
    if settings.vk_token and settings.vk_group_id:
        tell("VK: on")
    else:
        tell("VK: off. Set OTKLIK_VK_TOKEN and OTKLIK_VK_GROUP_ID to switch it on.")
