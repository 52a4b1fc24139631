"""The stream that keeps an open inbox true: it tells what changed, the page fetches it."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from bot.console.desk import Visit
from bot.console.guard import Looking, who
from bot.storage.wake import DESK, desk_of
from bot.telling import told
from bot.usecases.sign_in import recognise

router = APIRouter()
log = logging.getLogger(__name__)

MOST = 12
"""Open streams of one person; beyond, the oldest ends."""
RECHECK = 15.0
"""Seconds after which to look whether the session still lives."""
GATHER = 0.15
"""Seconds in which changes are told together."""
SEND_TIMEOUT = 30.0


@dataclass(slots=True)
class Streams:
    """Who has the inbox open here."""

    opened: OrderedDict[int, int] = field(default_factory=OrderedDict)
    """Stream to person, oldest first."""
    last: int = 0

    def enter(self, person: int) -> int:
        self.last += 1
        self.opened[self.last] = person
        mine = [stream for stream, whose in self.opened.items() if whose == person]
        for old in mine[:-MOST]:
            del self.opened[old]
        return self.last

    def leave(self, stream: int) -> None:
        self.opened.pop(stream, None)


_streams = Streams()


@router.get("/live")
async def live(visit: Looking, address: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> Response:
    """Events ``queue``, ``conversation``, ``signed_out``, and ``ping`` against silence; no content."""
    return EventSourceResponse(
        _events(visit, address), ping=RECHECK, ping_message_factory=_ping, sep="\n", send_timeout=SEND_TIMEOUT
    )


async def _events(visit: Visit, address: int) -> AsyncIterator[ServerSentEvent]:
    stream = _streams.enter(who(visit).id)
    try:
        async for event in _changes(visit, address, stream):
            yield event
    except Exception as error:  # noqa: BLE001
        # Ending the stream is the cure, whatever failed: the browser comes back and looks anew.
        log.warning("a stream of the desk broke off: %s", told(error))
    finally:
        _streams.leave(stream)


async def _changes(visit: Visit, address: int, stream: int) -> AsyncIterator[ServerSentEvent]:
    runtime = visit.desk.runtime
    async with runtime.wake.listening(DESK) as queue, runtime.wake.listening(desk_of(address)) as conversation:
        yield _event("ready")
        while not runtime.wake.ended and stream in _streams.opened:
            changed = await queue.wait(RECHECK)
            if await recognise(runtime, visit.token, acting=False) is None:
                yield _event("signed_out")
                return
            if not changed:
                continue
            await asyncio.sleep(GATHER)
            yield _event("queue")
            if await conversation.wait(0):
                yield _event("conversation")


def _event(name: str) -> ServerSentEvent:
    return ServerSentEvent("{}", event=name, sep="\n")


def _ping() -> ServerSentEvent:
    return _event("ping")
