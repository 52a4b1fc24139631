"""From what a browser posts to a row of the inbox, and from the row to ``Incoming``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.channels.page.capabilities import CAPABILITIES
from bot.channels.page.languages import code
from bot.channels.page.refusal import Refusal
from bot.domain.cleaning import clean
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import Channel, FileOffer, Incoming, Kind, Parsed, Received

MAX_TEXT = 20_000
"""Characters of one message."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COMMAND = re.compile(r"/([A-Za-z_]{1,32})(?:\s+(.*))?", re.DOTALL)
_KINDS = ("text", "button", "start")


def posted(body: bytes, visitor: str, language: str | None) -> Received:
    """A row for the inbox. ``language`` is the browser's, used when the page names none.

    Raises Refusal (400: not our JSON, 422: text too long).
    """
    values = _object(body)
    key, kind = values.get("id"), values.get("kind")
    text, action = values.get("text", ""), values.get("action", "")
    if not isinstance(key, str) or not _ID.fullmatch(key) or kind not in _KINDS:
        raise Refusal(400, "error_bad")
    if not isinstance(text, str) or not isinstance(action, str):
        raise Refusal(400, "error_bad")
    if len(text) > MAX_TEXT:
        raise Refusal(422, "error_long")
    text, action = clean(text), clean(action)
    if (kind == "text" and not text.strip()) or (kind == "button" and not action):
        raise Refusal(400, "error_bad")
    if len(action.encode()) > CAPABILITIES.max_action:
        raise Refusal(400, "error_bad")
    payload = {
        "visitor": visitor,
        "id": key,
        "kind": kind,
        "text": text,
        "action": action,
        "language": code(values.get("language")) or language,
    }
    return Received(Channel.PAGE, f"{visitor}:{key}", f"page:{visitor}", payload)


def upto(body: bytes) -> int:
    """The id that an acknowledgement names. Raises Refusal (400)."""
    value = _object(body).get("upto")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Refusal(400, "error_bad")
    return value


def parse(payload: Mapping[str, Any]) -> Parsed:
    """A stored row, understood. Raises MalformedUpdate for one that the page can't have stored."""
    visitor, kind = payload.get("visitor"), payload.get("kind")
    text, action = payload.get("text") or "", payload.get("action") or ""
    if not isinstance(visitor, str) or not visitor or kind not in (*_KINDS, "files"):
        raise MalformedUpdate("a row of the page without visitor or kind")
    if not isinstance(text, str) or not isinstance(action, str):
        raise MalformedUpdate("a row of the page whose text or action is no text")
    text, language = clean(text), code(payload.get("language"))
    if kind == "files":
        return _sent(visitor, payload.get("file"), language)
    if kind == "start":
        return Incoming(Channel.PAGE, visitor, Kind.START, text, language=language)
    if kind == "button":
        return Incoming(Channel.PAGE, visitor, Kind.BUTTON, text, action=clean(action), language=language)
    return _typed(visitor, text, language)


def _sent(visitor: str, file: object, language: str | None) -> Parsed:
    match file:
        case {"reference": str(reference), "name": str(name), "size": int(size)}:
            offer = FileOffer("document", reference, clean(name), size)
            return Incoming(Channel.PAGE, visitor, Kind.FILES, name=offer.kind, language=language, files=(offer,))
    raise MalformedUpdate("a row of the page with a file that is none")


def _typed(visitor: str, text: str, language: str | None) -> Incoming:
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return Incoming(Channel.PAGE, visitor, Kind.TEXT, text, language=language)
    name, rest = command[1].lower(), command[2] or ""
    if name == "start":
        return Incoming(Channel.PAGE, visitor, Kind.START, rest, language=language)
    return Incoming(Channel.PAGE, visitor, Kind.COMMAND, rest, name=name, language=language)


def _object(body: bytes) -> dict[str, Any]:
    # The standard parser takes lone surrogates, which a cut emoji can leave; ``clean`` drops them.
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "error_bad") from error
    if not isinstance(values, dict):
        raise Refusal(400, "error_bad")
    return values
