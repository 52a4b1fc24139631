"""One stored event of VK: what the client did. Plain dict work, without the SDK's event classes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

import orjson

from bot.channels.vk.attachments import with_files
from bot.channels.vk.capabilities import CAPABILITIES
from bot.channels.vk.conversation import integer, message_of
from bot.domain.cleaning import clean
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import Channel, Ignored, Incoming, Kind, Parsed

FIRST_CHAT: Final = 2_000_000_000
"""Peers above are group chats."""
_LANGUAGES: Final = {0: "ru", 1: "uk", 2: "be", 3: "en"}
_REACTIONS: Final = {
    1: "❤", 2: "🔥", 3: "😂", 4: "👍", 5: "💩", 6: "❓", 7: "😭", 8: "😡", 9: "👎", 10: "👌", 11: "😄", 12: "🤔",
    13: "🙏", 14: "😘", 15: "😍", 16: "🎉",
}  # fmt: skip
"""VK's reactions have numbers."""
MAX_QUOTED: Final = 1000
"""Characters of a quoted message that can matter for what a reply means."""
_MOST_FORWARDED: Final = 10
_NAME: Final = re.compile(r"[a-z_]{1,40}\Z")


NameOf: TypeAlias = Callable[[int, int], Awaitable[str]]
"""The id under which we sent a message, by its peer and its number in the conversation; empty if unknown."""


async def _nameless(peer: int, number: int) -> str:
    return ""


async def parse(
    payload: Mapping[str, Any], *, start_words: Collection[str] = ("start",), name_of: NameOf = _nameless
) -> Parsed:
    """What an event means.

    ``start_words`` are what VK's start button says, in lower case: a client may type it as well. Raises
    MalformedUpdate for an event that doesn't fit VK's own schema; its text names fields, never what they
    hold.
    """
    kind = payload.get("type")
    if not isinstance(kind, str):
        raise MalformedUpdate("VK event: type is no text")
    if kind not in _READ:
        return Ignored(_name(kind))
    event = payload.get("object")
    if not isinstance(event, Mapping):
        raise MalformedUpdate(f"VK event: object of {kind} is no object")
    match kind:
        case "message_new":
            return with_files(_message(event, start_words), payload)
        case "message_edit":
            return _edited(event)
        case "message_reaction_event":
            return await _reacted(event, name_of)
        case "message_event":
            return _pressed(event)
        case "message_allow":
            return _incoming(str(_integer(event, "user_id")), Kind.UNBLOCKED)
    return _incoming(str(_integer(event, "user_id")), Kind.BLOCKED)


_READ: Final = frozenset(
    {"message_new", "message_edit", "message_event", "message_reaction_event", "message_allow", "message_deny"}
)


def _message(event: Mapping[str, Any], start_words: Collection[str]) -> Parsed:
    message = message_of(event)
    peer, sender = _integer(message, "peer_id"), _integer(message, "from_id")
    why = _not_for_us(peer, sender, own=message.get("out") == 1)
    if why:
        return Ignored(why)
    text = message.get("text", "")
    if not isinstance(text, str):
        raise MalformedUpdate("VK event: text is no text")
    kind, details = _content(message, clean(text), start_words)
    details = {"quoted": _quoted(message), **details}
    return _incoming(str(peer), kind, language=_language(event), message=_number(message), **details)


def _edited(event: Mapping[str, Any]) -> Parsed:
    """New words of a client; a community's own edits come by the same event."""
    message = message_of(event)
    peer, sender = _integer(message, "peer_id"), _integer(message, "from_id")
    text = message.get("text", "")
    why = _not_for_us(peer, sender, own=message.get("out") == 1)
    if why:
        return Ignored(why)
    if not isinstance(text, str):
        raise MalformedUpdate("VK event: text is no text")
    return _incoming(str(peer), Kind.EDIT, text=clean(text), message=_number(message))


async def _reacted(event: Mapping[str, Any], name_of: NameOf) -> Parsed:
    peer, person = _integer(event, "peer_id"), _integer(event, "reacted_id")
    why = _not_for_us(peer, person, own=False)
    if why:
        return Ignored(why)
    number = integer(event.get("reaction_id"))
    if number is not None and number not in _REACTIONS:
        return Ignored("reaction")
    message = await name_of(peer, _integer(event, "cmid"))
    if not message:
        return Ignored("reaction")
    return _incoming(str(peer), Kind.REACTION, text=_REACTIONS.get(number or 0, ""), message=message)


def _number(message: Mapping[str, Any]) -> str:
    """The number of a message within its conversation, by which VK's other events name it."""
    number = integer(message.get("conversation_message_id"))
    return "" if number is None else str(number)


def _quoted(message: Mapping[str, Any]) -> str:
    """The words of the message replied to, else of those passed on with it."""
    older, others = message.get("reply_message"), message.get("fwd_messages")
    found = [older] if isinstance(older, Mapping) else others if isinstance(others, list) else []
    texts = (one.get("text") for one in found[:_MOST_FORWARDED] if isinstance(one, Mapping))
    return clean("\n".join(text for text in texts if isinstance(text, str) and text), MAX_QUOTED)


def _place(geo: Mapping[str, Any]) -> str:
    """A place as a person reads it; empty without numbers, which can be put into any map."""
    match geo.get("coordinates"):
        case {"latitude": int() | float() as latitude, "longitude": int() | float() as longitude}:
            numbers = f"{latitude:.5f}, {longitude:.5f}"
        case _:
            return ""
    match geo.get("place"):
        case {"title": str(title)} if clean(title).strip():
            return f"{clean(title, 150)} ({numbers})"
    return numbers


def _not_for_us(peer: int, sender: int, own: bool) -> str:
    if own:
        return "own"
    if peer > FIRST_CHAT:
        return "group"
    if sender < 0 or peer < 0:
        return "community"
    return "" if peer == sender else "foreign"


def _content(message: Mapping[str, Any], text: str, start_words: Collection[str]) -> tuple[Kind, dict[str, str]]:
    """The kind of a message and the fields of Incoming that go with it."""
    button = _object(message.get("payload"))
    action = _action(button)
    if action:
        return Kind.BUTTON, {"action": action, "text": text}
    if button.get("command") == "start" or text.strip().lower() in start_words:
        reference = message.get("ref")
        return Kind.START, {"text": clean(reference) if isinstance(reference, str) else ""}
    if text.strip():
        return Kind.TEXT, {"text": text}
    geo = message.get("geo")
    place = _place(geo) if isinstance(geo, Mapping) else ""
    if place:
        return Kind.PLACE, {"text": place}
    passed_on = _quoted(message) if not message.get("attachments") and "reply_message" not in message else ""
    if passed_on.strip():
        return Kind.TEXT, {"text": passed_on, "quoted": ""}
    return Kind.OTHER, {"name": _thing(message)}


def _pressed(event: Mapping[str, Any]) -> Parsed:
    peer, person = _integer(event, "peer_id"), _integer(event, "user_id")
    why = _not_for_us(peer, person, own=False)
    if why:
        return Ignored(why)
    name = event.get("event_id")
    if not isinstance(name, str):
        raise MalformedUpdate("VK event: event_id is no text")
    callback = orjson.dumps({"event_id": clean(name, 200), "user_id": person, "peer_id": peer}).decode()
    return _incoming(str(peer), Kind.BUTTON, action=_action(_object(event.get("payload"))), callback=callback)


def _action(button: Mapping[str, Any]) -> str:
    """The action of a button of ours; empty, which none of ours carries, for anything else."""
    action = button.get("a")
    if not isinstance(action, str):
        return ""
    action = clean(action)
    return action if len(action.encode()) <= CAPABILITIES.max_action else ""


def _object(payload: object) -> Mapping[str, Any]:
    """A button's payload, which comes as text in messages and as an object in events."""
    if isinstance(payload, str):
        try:
            payload = orjson.loads(clean(payload))
        except ValueError:
            return {}
    return payload if isinstance(payload, Mapping) else {}


def _thing(message: Mapping[str, Any]) -> str:
    match message:
        case {"attachments": [{"type": str(kind)}, *_]}:
            return _name(kind)
        case {"geo": dict()}:
            return "geo"
        case {"fwd_messages": [_, *_]}:
            return "forward"
    return "unknown"


def _name(kind: str) -> str:
    """Names go into metrics: what VK would never call a thing must not."""
    return kind if _NAME.match(kind) else "unknown"


def _language(event: Mapping[str, Any]) -> str | None:
    match event:
        case {"client_info": {"lang_id": int(number)}}:
            return _LANGUAGES.get(number)
    return None


def _integer(holder: Mapping[str, Any], name: str) -> int:
    number = integer(holder.get(name))
    if number is None:
        raise MalformedUpdate(f"VK event: {name} is no number")
    return number


def _incoming(
    person: str,
    kind: Kind,
    *,
    text: str = "",
    name: str = "",
    action: str = "",
    callback: str = "",
    language: str | None = None,
    message: str = "",
    quoted: str = "",
) -> Incoming:
    return Incoming(Channel.VK, person, kind, text, name, action, callback, language, message, quoted)
