"""A worker: everything runs until a signal."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import signal
import socket
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from bot import messengers, notify, pumps, ticks, wiring
from bot.config import Settings
from bot.domain.messages import Channel
from bot.messengers import Messenger
from bot.storage.leader import leading
from bot.telling import told
from bot.turn import Clock, Runtime
from bot.usecases.fetch_files import page_upload
from bot.usecases.first_link import first_link
from bot.wiring import Tell

STOP_SECONDS = 10.0


class PortTaken(OSError):
    """The page's port can't be opened."""


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


async def run(settings: Settings, tell: Tell) -> None:
    """Serve until SIGTERM or SIGINT. Raises PackError, PortTaken, and the database's own errors."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    opened = _open_port(settings.host, settings.port)
    runtime = await wiring.make_runtime(settings, clock_of(settings.clock_file), tell)
    async with serving(settings, runtime, stop, opened):
        _settle_memory()
        _announce(settings, opened.getsockname()[1], tell)
        await _let_first_in(settings, runtime, tell)
        await stop.wait()
        tell("Stopping")
    await runtime.db.close()


@contextlib.asynccontextmanager
async def serving(
    settings: Settings, runtime: Runtime, stop: asyncio.Event, opened: socket.socket
) -> AsyncIterator[None]:
    """Everything a worker does, while the block runs; ``stop`` is set at its end."""
    ready = messengers.messengers(settings, runtime, wiring.recogniser(settings))
    doors = {Channel.PAGE: wiring.page_door(), **{m.channel: m.door for m in ready}}
    server = _Server(
        uvicorn.Config(
            wiring.web(settings, runtime, [one.hook for one in ready]),
            log_level="warning",
            access_log=False,
            log_config=None,  # what it logs goes the way of all logs, without anybody's words
            timeout_graceful_shutdown=2,
            lifespan="off",
        )
    )
    scheduler = ticks.scheduler(runtime)
    failure: BaseException | None = None
    async with asyncio.TaskGroup() as group:
        background = [group.create_task(runtime.wake.run())]
        work = [group.create_task(server.serve(sockets=[opened]))]
        work.append(group.create_task(pumps.handle_updates(runtime, doors, stop)))
        fetchers = {Channel.PAGE: partial(page_upload, runtime), **{m.channel: m.fetch for m in ready}}
        work.append(group.create_task(pumps.fetch_files(runtime, fetchers, stop)))
        for one in ready:
            work.append(group.create_task(_receive(settings, runtime, one, stop)))
            work.append(
                group.create_task(
                    pumps.make_calls(runtime, one.channel, one.send, one.rate, stop, unknown=settings.telegram_unknown)
                )
            )
        scheduler.start()
        while not (server.started or work[0].done()):  # "ready" means that nobody is turned away
            await asyncio.sleep(0.005)
        background.append(group.create_task(_notify(runtime)))
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - raised again below, out of the group
            failure = error
        stop.set()
        notify.tell(notify.STOPPING)
        runtime.wake.end()
        scheduler.pause()  # a tick under way ends by itself; shut down at once, it would be cut off
        server.should_exit = True
        await asyncio.wait(work, timeout=STOP_SECONDS)
        scheduler.shutdown(wait=False)
        for task in (*work, *background):
            task.cancel()
    for one in ready:
        await one.close()
    if runtime.engines is not None:
        await runtime.engines.close()
    if failure is not None:
        raise failure


async def _notify(runtime: Runtime) -> None:
    """Tell systemd, if there is one, that the worker serves and its loops turn."""
    notify.tell(notify.READY)
    every = notify.watchdog_seconds()
    while every is not None:
        notify.alive(runtime.pulse)
        await asyncio.sleep(every)


async def _receive(settings: Settings, runtime: Runtime, messenger: Messenger, stop: asyncio.Event) -> None:
    """Receive while this worker leads; another takes over when it stops."""
    while not stop.is_set():
        led = asyncio.Event()
        leader = asyncio.ensure_future(_led(settings, runtime, messenger, stop, led))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({leader, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            if led.is_set():  # who only waits for the lead has nothing to finish
                await asyncio.wait({leader}, timeout=STOP_SECONDS / 2)
            leader.cancel()
        stopping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leader


async def _led(
    settings: Settings, runtime: Runtime, messenger: Messenger, stop: asyncio.Event, led: asyncio.Event
) -> None:
    async with leading(settings.database_url, f"poll.{messenger.channel.value}") as lost:
        led.set()
        name = messengers.ingress_of(messenger.channel.value)
        runtime.pulse.beat(name, messengers.RESTING_SECONDS)
        ended = asyncio.Event()
        polling = asyncio.ensure_future(messenger.receive(ended))
        waits = [asyncio.ensure_future(event.wait()) for event in (lost, stop)]
        await asyncio.wait({polling, *waits}, return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        for one in waits:
            one.cancel()
        await polling
        runtime.pulse.let_go(name)


def _settle_memory() -> None:
    """What was loaded at the start stays: not searched for garbage again and again, a worker handles a tenth more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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


async def _let_first_in(settings: Settings, runtime: Runtime, tell: Tell) -> None:
    """While no administrator can sign in at the desk, every start makes a link for the first one."""
    team = runtime.shelf.content.pack.agency.default_team
    try:
        token = await first_link(runtime.db, "admin", team, runtime.clock())
    except Exception as error:  # noqa: BLE001 - clients are served already: a desk without a link ends nothing
        tell(f"Who administers the desk could not be asked ({told(error)}): 'otklik staff link LOGIN' makes a link.")
        return
    if token:
        tell(f"No administrator yet. Set a password (once, within 30 minutes): {settings.site}/desk/link?t={token}")
    else:
        tell(f"Desk for staff: {settings.site}/desk/")


def _announce(settings: Settings, port: int, tell: Tell) -> None:
    address = settings.public_url or f"http://{settings.host}:{port}/"
    tell(f"Otklik is ready. Open {address}")
    way = f"by webhook at {settings.webhook_site}" if settings.webhook_site else "by polling"
    if settings.telegram_token:
        tell(
            f"Telegram: on, {way}"
            + (
                ""
                if settings.telegram_staff_chat
                else "; no staff group (OTKLIK_TELEGRAM_STAFF_CHAT): people are not told of cases"
            )
        )
    else:
        tell("Telegram: off. Set OTKLIK_TELEGRAM_TOKEN (and OTKLIK_TELEGRAM_STAFF_CHAT) to switch it on.")
    if settings.vk_token and settings.vk_group_id:
        tell(f"VK: on, {way}")
    else:
        tell("VK: off. Set OTKLIK_VK_TOKEN and OTKLIK_VK_GROUP_ID to switch it on.")
