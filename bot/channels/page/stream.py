"""The stream of a conversation: what is there, then what comes."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import AsyncIterator

import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from bot.channels.page.flood import Streams, Ticket
from bot.channels.page.ports import PagePorts
from bot.domain.messages import Opened, Rendered

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""Messages read at a time; also how much of an old conversation a reload shows."""
RECHECK = 10.0
"""Seconds after which to look even though nothing woke us."""
PING = 15.0
SEND_TIMEOUT = 30.0
"""Seconds after which a browser that takes nothing in is let go."""


def resume_from(request: Request) -> int:
    """The last id that the browser has; a native reconnect's header is newer than the address."""
    for value in (request.headers.get("last-event-id"), request.query_params.get("after")):
        if value and value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
    return 0


def respond(ports: PagePorts, streams: Streams, visitor: str, after: int) -> EventSourceResponse:
    """Events: messages (id and JSON), ``ready`` once the past is told, ``ping`` against silence."""
    return EventSourceResponse(
        _events(ports, streams, visitor, after),
        ping=PING,
        ping_message_factory=_ping,
        sep="\n",
        send_timeout=SEND_TIMEOUT,
    )


def wire(opened: Opened) -> bytes:
    """JSON of one message; marks count code points; ``key`` is the id that the browser gave its own."""
    return orjson.dumps(
        {
            "id": opened.id,
            "at": opened.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "own": opened.own,
            "key": opened.key,
            "text": opened.rendered.text,
            "marks": [{"start": m.start, "length": m.length, "style": m.style.value} for m in opened.rendered.marks],
            "rows": _rows(opened.rendered),
            "file": _file(opened),
            "replaces": opened.rendered.replaces,
        }
    )


def _file(opened: Opened) -> dict[str, str | int] | None:
    file = opened.rendered.file
    return None if file is None else {"name": file.name, "size": file.size, "link": f"/chat/files/{opened.id}"}


async def _events(ports: PagePorts, streams: Streams, visitor: str, after: int) -> AsyncIterator[ServerSentEvent]:
    ticket = streams.enter(visitor)
    try:
        async for event in _conversation(ports, ticket, visitor, after):
            yield event
    except Exception as error:  # noqa: BLE001
        # Whatever failed below, ending the stream is the cure: the browser comes back and goes on
        # where it was.
        logger.warning("page stream broken off: %s", type(error).__name__)
    finally:
        streams.leave(visitor, ticket)


async def _conversation(ports: PagePorts, ticket: Ticket, visitor: str, after: int) -> AsyncIterator[ServerSentEvent]:
    told = False
    # Entered before the first look, so that nothing falls between looking and waiting.
    async with ports.changed(visitor) as change:
        while not ticket.evicted and not ports.stopping():
            found = await ports.history(visitor, after, AT_ONCE)
            for opened in found:
                yield ServerSentEvent(wire(opened).decode(), id=str(opened.id), sep="\n")
                after = opened.id
            if len(found) >= AT_ONCE:
                continue
            if not told:
                yield ServerSentEvent("{}", event="ready", sep="\n")
                told = True
            await change.wait(RECHECK)


def _rows(rendered: Rendered) -> list[list[dict[str, str]]]:
    return [
        [{"label": b.label, "link": b.link} if b.link else {"label": b.label, "action": b.action} for b in row]
        for row in rendered.rows
    ]


def _ping() -> ServerSentEvent:
    # A named event, not a comment: the page must see it to tell a quiet line from a dead one.
    return ServerSentEvent("{}", event="ping", sep="\n")
