"""Fetch what people sent: within limits, checked by its content, and told where it can't be taken."""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from bot import turn
from bot.domain.attachments import MAX_BYTES, refusal
from bot.domain.decision import Decision
from bot.domain.errors import ClaimLost, FileTooBig, Refused
from bot.domain.events import Event, FileArrived, FileTurnedDown
from bot.domain.messages import Channel, FileRef
from bot.storage import attachments, dialogs, files
from bot.storage.attachments import Awaited
from bot.storage.session import Tx
from bot.turn import Runtime
from knowledge_base.media import media_type

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0
GONE = "file.gone"


class Fetch(Protocol):
    """A channel's download of at most ``most`` bytes.

    Raises FileTooBig, Refused for what it will never hand out, RetryLater for now.
    """

    async def __call__(self, reference: str, most: int) -> bytes: ...


async def claim(runtime: Runtime, lease: str, most: int, channels: Sequence[Channel]) -> Sequence[Awaited]:
    async with runtime.db.once() as tx:
        return await attachments.claim(tx, lease, most, channels)


async def fetch(runtime: Runtime, fetchers: Mapping[Channel, Fetch], awaited: Awaited) -> str:
    """One file. Returns its outcome; never raises but when the database is gone."""
    if awaited.attempts > MOST_ATTEMPTS:
        return await _turned_down(runtime, awaited, GONE)
    try:
        data = await fetchers[awaited.channel](awaited.reference, MAX_BYTES)
    except FileTooBig:
        return await _turned_down(runtime, awaited, "file.too_big")
    except Refused as error:
        log.warning("attachment %d can't be fetched: %s", awaited.id, error)
        return await _turned_down(runtime, awaited, GONE)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again a few times
        return await _again(runtime, awaited, type(error).__name__)
    kind = await asyncio.to_thread(media_type, data)
    why = refusal(kind, len(data))
    if why or kind is None:
        return await _turned_down(runtime, awaited, why or "file.bad_type")
    return await _arrived(runtime, awaited, data, kind)


async def _arrived(runtime: Runtime, awaited: Awaited, data: bytes, kind: str) -> str:
    name = _named(awaited, kind)

    async def settle(tx: Tx, _decision: Decision) -> bool:
        sha256 = await files.keep(tx, data, kind, runtime.clock())
        return await attachments.settle(tx, awaited, runtime.clock(), sha256=sha256, name=name)

    file = FileRef(files.hash_of(data), name, kind, len(data))
    return await _turn(runtime, awaited, FileArrived(file, awaited.token, awaited.team), settle)


async def _turned_down(runtime: Runtime, awaited: Awaited, why: str) -> str:
    async def settle(tx: Tx, _decision: Decision) -> bool:
        return await attachments.settle(tx, awaited, runtime.clock(), cause=why)

    return await _turn(runtime, awaited, FileTurnedDown(why, awaited.token, awaited.team), settle)


async def _turn(runtime: Runtime, awaited: Awaited, event: FileArrived | FileTurnedDown, settle: turn.Settle) -> str:
    async with runtime.db.once() as tx:
        token = await attachments.token_now(tx, awaited)
    current: Event = replace(event, token=token)
    try:
        decision = await turn.take(
            runtime, partial(dialogs.lock_by_id, address_id=awaited.address_id), current, settle=settle
        )
    except ClaimLost:
        return "lost"
    return decision.outcome


async def _again(runtime: Runtime, awaited: Awaited, cause: str) -> str:
    wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 3 ** (awaited.attempts - 1)) * random.uniform(0.8, 1.2)
    log.warning("attachment %d: %s, attempt %d", awaited.id, cause, awaited.attempts)
    async with runtime.db.once() as tx:
        await attachments.retry(tx, awaited, cause, wait)
    return "failed"


def _named(awaited: Awaited, kind: str) -> str:
    """The sender's name for it, with an ending that says what it really is."""
    base, dot, ending = awaited.name.rpartition(".")
    right = mimetypes.guess_extension(kind) or ""
    if dot and mimetypes.guess_type(f"a.{ending.lower()}")[0] == kind:
        return awaited.name
    return f"{(base if dot else awaited.name) or awaited.kind}{right}"


async def page_upload(runtime: Runtime, reference: str, most: int) -> bytes:
    """What a visitor of the page uploaded: it is here already."""
    async with runtime.db.once() as tx:
        data = await files.content(tx, reference)
    if data is None:
        raise Refused("the upload is erased")
    return data


async def take_upload(runtime: Runtime, data: bytes) -> str | None:
    """Store what a visitor uploads, before the message that brings it; None: it must not be kept."""
    kind = await asyncio.to_thread(media_type, data)
    if kind is None or refusal(kind, len(data)):
        return None
    async with runtime.db.once() as tx:
        return await files.keep(tx, data, kind, runtime.clock())
