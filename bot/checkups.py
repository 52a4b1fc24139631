"""The doctor's look at the work: what waits, what went wrong, and whether the machine can go on."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import socket
import ssl
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.config import Settings
from bot.storage import health, personal, releases, shadow
from bot.storage.health import Numbers
from bot.storage.session import Database, Tx
from bot.telling import told

STUCK_SECONDS = 60
"""A queue whose oldest row is older than this does not move."""
DRIFT_SECONDS = 5.0
LITTLE_SPACE = 500 * 2**20
CERTIFICATE_DAYS = 14
PAIRS = 5
"""Pairs of readings that are told."""
SAMPLE = 50
"""Personal values that are tried to be read."""


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    fine: bool
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Engines:
    """The live release's content, and who understood clients lately."""

    version: str | None = None
    messages: int = 0
    by_rasa: int = 0


@asynccontextmanager
async def _looking(settings: Settings) -> AsyncIterator[Tx]:
    """One look at the database, by a connection of its own."""
    db = Database(settings.database_url, size=1)
    try:
        async with db.begin() as tx:
            yield tx
    finally:
        await db.close()


async def examine_engines(settings: Settings) -> Engines:
    async with _looking(settings) as tx:
        newest, lately = await releases.latest(tx), await health.engines(tx)
    return Engines(newest.version if newest else None, sum(lately.values()), lately.get("rasa", 0))


async def examine_shadow(settings: Settings) -> Finding:
    """How alike both engines read what clients wrote: counts, outcomes and slugs, no words."""
    async with _looking(settings) as tx:
        found = await shadow.newest(tx, PAIRS)
    if found is None:
        return Finding("shadow", True, "no message was read by both engines yet")
    alike = f"release {found.release}: both engines read {found.alike} of {found.messages} messages alike"
    apart = "; ".join(f"{one} / {other}: {times}" for (one, other), times in found.apart)
    return Finding("shadow", True, f"{alike}{'. Apart most often (own engine / Rasa): ' if apart else ''}{apart}")


async def examine_work(settings: Settings, now: dt.datetime) -> list[Finding]:
    """What the database knows of the work."""
    async with _looking(settings) as tx:
        numbers = await health.numbers(tx, now)
        drift = (await health.clock(tx) - now).total_seconds()
        unread = await personal.unreadable(tx, personal.Cipher(settings.keys[0], settings.keys[1:]), SAMPLE)
    return [*_work(numbers), _clock(drift), _values(unread)]


def _work(numbers: Numbers) -> Iterator[Finding]:
    found = [*_queues(numbers), *_mishaps(numbers)]
    yield from found
    if all(one.fine for one in found):
        late = numbers.of("term.late")
        waiting = numbers.of("inbox.waiting") + numbers.of("outbox.waiting")
        counted = [f"{waiting} rows wait" if waiting else "", f"{late} terms have passed" if late else ""]
        yield Finding("work", True, ", ".join(filter(None, counted)) or "nothing waits, nothing failed")


_QUEUES = (
    ("inbox.waiting", "updates wait to be handled", "Is a worker running (otklik run)? GET /readyz tells more."),
    ("outbox.waiting", "messages wait to be sent", "Is the messenger reachable? Causes: otklik outbox list."),
    ("timer.overdue", "marks of terms are overdue", "Is a worker running (otklik run)? Its log names a failing tick."),
)


def _queues(numbers: Numbers) -> Iterator[Finding]:
    for queue, words, remedy in _QUEUES:
        age = numbers.age(queue)
        if age > STUCK_SECONDS:
            yield Finding("queue", False, f"{numbers.of(queue)} {words}, the oldest for {_span(age)}", remedy)
    overdue = numbers.of("retention.overdue")
    if overdue:
        remedy = "A running worker blanks them within minutes; if not, its log tells why the tick blank_old fails."
        yield Finding("retention", False, f"{overdue} payloads and bodies are kept longer than they may", remedy)


def _mishaps(numbers: Numbers) -> Iterator[Finding]:
    aside, failed, repeated = numbers.of("inbox.aside"), numbers.of("outbox.failed"), numbers.of("outbox.repeated")
    unsure = numbers.of("outbox.unknown") + numbers.of("outbox.held")
    if aside:
        remedy = "Causes: otklik inbox list. After a fix: otklik inbox replay ID; else: otklik inbox drop ID."
        yield Finding("set aside", False, f"{aside} updates could not be handled", remedy)
    if unsure:
        remedy = "Look: otklik outbox list. Send again: otklik outbox retry ID. Leave it: otklik outbox drop ID."
        yield Finding("unknown", False, f"{unsure} messages may or may not have arrived", remedy)
    if repeated:
        yield Finding("repeated", True, f"{repeated} messages were sent again and may have been seen twice")
    if failed:
        yield Finding("undelivered", True, f"{failed} messages could not be delivered, see: otklik outbox list")


def _clock(drift: float) -> Finding:
    if abs(drift) <= DRIFT_SECONDS:
        return Finding("clock", True, f"{abs(drift):.1f} s apart from the database's")
    remedy = "Terms are counted by this machine's clock: let both keep time by NTP."
    return Finding("clock", False, f"{abs(drift):.0f} s {'behind' if drift > 0 else 'ahead of'} the database's", remedy)


def _values(unread: int) -> Finding:
    if not unread:
        return Finding("secret key", True, "opens the personal values")
    remedy = "Put the former key back: into OTKLIK_SECRET_KEY, or into OTKLIK_SECRET_KEYS_ALSO beside the new one."
    return Finding("secret key", False, f"{unread} of the newest {SAMPLE} personal values can't be read", remedy)


async def examine_machine(settings: Settings, now: dt.datetime) -> list[Finding]:
    """Disk, files with secrets, certificate."""
    certificate = await asyncio.to_thread(_certificate, settings.public_url, now)
    return [_space(settings.var), *_secret_files(settings.var), *certificate]


def _space(var: Path) -> Finding:
    place = next(folder for folder in (var, *var.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    fine = free >= LITTLE_SPACE
    return Finding("disk", fine, f"{free / 2**30:.1f} GB free at {var}", "" if fine else "Make room on that disk.")


def _secret_files(var: Path) -> Iterator[Finding]:
    for name in ("secret_key", "database_url"):
        path = var / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("secrets", False, f"{path} can be read by others", f"Run: chmod 600 {path}")


def _certificate(public_url: str | None, now: dt.datetime) -> list[Finding]:
    parts = urlsplit(public_url or "")
    host = parts.hostname
    if parts.scheme != "https" or not host:
        return []
    remedy = "Renew it where TLS ends (the reverse proxy)."
    try:
        with (
            socket.create_connection((host, parts.port or 443), timeout=5) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as way,
        ):
            ends = ssl.cert_time_to_seconds(str((way.getpeercert() or {})["notAfter"]))
    except (OSError, KeyError, ValueError) as error:
        remedy = "Clients see a warning, or nothing: look at the reverse proxy and at OTKLIK_PUBLIC_URL."
        return [Finding("certificate", False, f"of {host}: {told(error)}", remedy)]
    until = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=ends)
    fine = until - now > dt.timedelta(days=CERTIFICATE_DAYS)
    return [Finding("certificate", fine, f"of {host}: valid until {until:%Y-%m-%d}", "" if fine else remedy)]


def _span(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds > 5400 else f"{seconds / 60:.0f} min"
