"""Give a call with a file its bytes, or the name under which the messenger knows it already."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from bot.domain.errors import HandleGone, Refused
from bot.domain.messages import Call, FileRef, Sent, Upload
from bot.storage import files
from bot.storage.outbox import RENDERED
from bot.turn import Runtime

log = logging.getLogger(__name__)

Make: TypeAlias = Callable[[Call], Awaitable[Sent]]


async def send_with_file(runtime: Runtime, make: Make, account: str, call: Call) -> Sent:
    """One call of the outbox. ``account``: whose uploads they are; another bot can't use them.

    Raises whatever ``make`` raises, and Refused for a file that was erased.
    """
    file = call.rendered.file
    if file is None:
        return await make(call)
    async with runtime.db.once() as tx:
        handle = await files.handle(tx, file.sha256, account)
    if handle:
        try:
            return await make(replace(call, upload=Upload(handle=handle)))
        except HandleGone:
            log.warning("call %d: the messenger has lost the file, it is uploaded again", call.id)
            async with runtime.db.once() as tx:
                await files.forget_handle(tx, file.sha256, account)
    async with runtime.db.once() as tx:
        data = await files.content(tx, file.sha256)
    if data is None:
        raise Refused("the file is erased")
    sent = await make(replace(call, upload=Upload(data)))
    if sent.handle:
        await _remember(runtime, file, account, sent.handle)
    return sent


async def _remember(runtime: Runtime, file: FileRef, account: str, handle: str) -> None:
    try:
        async with runtime.db.once() as tx:
            await files.remember_handle(tx, file.sha256, account, handle)
    except Exception as error:  # noqa: BLE001 - the file was sent: a failure here must not send it twice
        log.warning("the name of an uploaded file is not kept (%s)", type(error).__name__)


async def page_file(runtime: Runtime, visitor: str, message: int) -> tuple[FileRef, bytes] | None:
    """A file that a visitor of the page was sent; None for anybody else's, and for what is gone."""
    async with runtime.db.begin() as tx:
        body = await files.shown_to(tx, visitor, message)
        file = RENDERED.validate_json(body).file if body else None
        data = await files.content(tx, file.sha256) if file else None
    return (file, data) if file is not None and data is not None else None
