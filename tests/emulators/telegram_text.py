"""Texts as the Bot API server takes them: limits in UTF-16 units, HTML markup, entities."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any, Final

from tests.emulators.telegram_errors import BadRequest

TEXT_LIMIT: Final = 4096

Entity = dict[str, Any]

_TAGS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link", "span": "spoiler",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z-]*)([^<>]*)>")
_HREF: Final = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_EMOJI: Final = re.compile(r"""emoji-id\s*=\s*["'](\d+)["']""", re.IGNORECASE)
_NAMED: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_FOUND: Final = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<url>(?:https?://|www\.)\S+)"
)


def utf16_length(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def checked_text(text: str, entities: list[Entity], what: str = "message") -> tuple[str, list[Entity]]:
    """The text as it is kept: trimmed, its entities moved along. Raises BadRequest when empty or too long."""
    lead = len(text) - len(text.lstrip())
    trimmed = text.strip()
    if not trimmed:
        raise BadRequest(f"{what} text is empty")
    if 2 * len(trimmed) > TEXT_LIMIT and utf16_length(trimmed) > TEXT_LIMIT:
        raise BadRequest(f"{what} is too long")
    if not entities:
        return trimmed, entities
    return trimmed, _moved(entities, utf16_length(text[:lead]), utf16_length(trimmed))


def _moved(entities: list[Entity], lead: int, length: int) -> list[Entity]:
    kept = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] - lead + entity["length"], length)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return kept


def found_entities(text: str) -> list[Entity]:
    """Entities that Telegram marks by itself in a client's text: commands, addresses, e-mails."""
    if "/" not in text and "@" not in text and "www." not in text:
        return []
    return [
        {"type": match.lastgroup, "offset": utf16_length(text[: match.start()]), "length": utf16_length(match[0])}
        for match in _FOUND.finditer(text)
    ]


def given_entities(raw: Any, text: str) -> list[Entity]:
    """The `entities` parameter, checked for shape. Raises BadRequest."""
    if not isinstance(raw, list):
        raise BadRequest("can't parse entities: expected an Array")
    for entity in raw:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise BadRequest("can't parse MessageEntity: expected an Object with a type")
        if not all(isinstance(entity.get(key), int) for key in ("offset", "length")):
            raise BadRequest("can't parse MessageEntity: offset and length must be of type Number")
        if entity["offset"] < 0 or entity["offset"] + entity["length"] > utf16_length(text):
            raise BadRequest("entity beginning or end lies outside of the text")
    return raw


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end; `extra` are the entity's own fields."""

    name: str
    offset: int
    extra: Entity


@dataclass(slots=True)
class _Html:
    """The reading so far: `length` is that of `parts` in UTF-16 units."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def add(self, raw: str) -> None:
        plain = _NAMED.sub(lambda match: html.unescape(match[0]), raw) if "&" in raw else raw
        self.parts.append(plain)
        self.length += utf16_length(plain)

    def open(self, name: str, attributes: str, at: int) -> None:
        kind = _TAGS.get(name)
        if kind is None or (name == "span" and "tg-spoiler" not in attributes):
            raise BadRequest(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {at}')
        self.stack.append(_Open(name, self.length, _details(kind, attributes)))

    def close(self, name: str, at: int) -> None:
        if not self.stack:
            raise BadRequest(f"can't parse entities: Unexpected end tag at byte offset {at}")
        tag = self.stack.pop()
        if tag.name != name:
            raise BadRequest(
                f"can't parse entities: Unmatched end tag at byte offset {at}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        if self.length > tag.offset:
            self.entities.append({**tag.extra, "offset": tag.offset, "length": self.length - tag.offset})


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of `parse_mode=HTML`. Raises BadRequest in the server's own words."""
    if "<" not in source and "&" not in source:
        return source, []
    reading, end = _Html(), 0
    for match in _TAG.finditer(source):
        _add_plain(reading, source, end, match.start())
        at = len(source[: match.start()].encode())
        if match[1]:
            reading.close(match[2].lower(), at)
        else:
            reading.open(match[2].lower(), match[3], at)
        end = match.end()
    _add_plain(reading, source, end, len(source))
    if reading.stack:
        name = reading.stack[-1].name
        raise BadRequest(f"can't parse entities: Can't find end tag corresponding to start tag \"{name}\"")
    return "".join(reading.parts), sorted(reading.entities, key=lambda entity: entity["offset"])


def _add_plain(reading: _Html, source: str, start: int, end: int) -> None:
    bare = source.find("<", start, end)
    if bare >= 0:
        at = len(source[:bare].encode())
        raise BadRequest(f'can\'t parse entities: Unsupported start tag "" at byte offset {at}')
    reading.add(source[start:end])


def _details(kind: str, attributes: str) -> Entity:
    if kind == "text_link":
        match = _HREF.search(attributes)
        return {"type": kind, "url": html.unescape(match[1]) if match else ""}
    if kind == "custom_emoji":
        match = _EMOJI.search(attributes)
        return {"type": kind, "custom_emoji_id": match[1] if match else ""}
    if kind == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    return {"type": kind}
