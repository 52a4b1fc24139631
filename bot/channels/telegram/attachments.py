"""Files of a Telegram message: found in the raw update, fetched through the Bot API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.domain.cleaning import clean
from bot.domain.messages import FileOffer, Incoming, Kind, Parsed, StaffIncoming

KINDS: Final = ("photo", "animation", "document", "video", "video_note", "voice", "audio", "sticker")
"""In this order: an animation comes as a document as well."""
PLAY: Final = ("animation", "sticker")
"""What clients send for fun: answered in kind."""
MAX_NAME: Final = 120


def with_files(parsed: Parsed, payload: Mapping[str, Any]) -> Parsed:
    """The same, with the files of the update's message."""
    message = payload.get("message")
    if not isinstance(message, Mapping):
        return parsed
    match parsed:
        case Incoming(kind=Kind.OTHER, name=name) if name not in PLAY:
            files = _files(message)
            if not files:
                return parsed
            album = message.get("media_group_id")
            named = clean(album, 64) if isinstance(album, str) else ""
            return replace(parsed, kind=Kind.FILES, files=files, album=named)
        case StaffIncoming(action=""):
            files = _files(message)
            caption = message.get("caption")
            return replace(
                parsed, files=files, text=clean(caption) if files and isinstance(caption, str) else parsed.text
            )
    return parsed


def _files(message: Mapping[str, Any]) -> tuple[FileOffer, ...]:
    for kind in KINDS:
        found = message.get(kind)
        if isinstance(found, list):  # a photo comes in several sizes, the largest last
            found = found[-1] if found else None
        if isinstance(found, Mapping) and isinstance(found.get("file_id"), str):
            name, size = found.get("file_name"), found.get("file_size")
            return (
                FileOffer(
                    kind,
                    clean(found["file_id"], 300),
                    clean(name, MAX_NAME) if isinstance(name, str) else "",
                    size if type(size) is int else 0,
                ),
            )
    return ()
