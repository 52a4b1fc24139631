"""From a raw VK event to the row an ingress stores. Plain dict work; takes any JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.domain.cleaning import fingerprint, storable
from bot.domain.messages import Channel, Received

UNKNOWN: Final = "vk:?"
_LONGEST_ID: Final = 100


def received(raw: object) -> Received | None:
    """The row of one event.

    None for what is no JSON object, and for "is typing": it comes with every few letters and nobody
    reads it.
    """
    if not isinstance(raw, Mapping) or raw.get("type") == "message_typing_state":
        return None
    payload: dict[str, Any] = storable(dict(raw))
    return Received(
        channel=Channel.VK,
        external_id=_identity(payload) or _event_id(payload) or fingerprint(payload),
        conversation=conversation(payload),
        payload=payload,
    )


def conversation(payload: Mapping[str, Any]) -> str:
    """What the event must be handled in order with: the dialog of a person, or a group chat."""
    event = payload.get("object")
    if not isinstance(event, Mapping):
        return UNKNOWN
    message = message_of(event)
    for name in ("peer_id", "user_id", "from_id"):
        number = integer(message.get(name))
        if number is not None:
            return f"vk:{number}"
    return UNKNOWN


def message_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message of an event: wrapped from version 5.103 on, bare before.

    The version of events is the one chosen in the community's settings, not the one of our calls.
    """
    message = event.get("message")
    return message if isinstance(message, Mapping) else event


def integer(value: object) -> int | None:
    """The value if it is a whole number; True and False are none."""
    return value if type(value) is int else None


def _identity(payload: Mapping[str, Any]) -> str:
    """What an event is about, where that tells it from all others; empty where it does not.

    An event that comes by long poll and by callback in the moment of switching is one event. VK does not
    promise one ``event_id`` for both, but a message has a number and a pressed button an id of its own.
    """
    event = payload.get("object")
    if not isinstance(event, Mapping):
        return ""
    kind = payload.get("type")
    if kind == "message_new":
        message = message_of(event)
        names = ("peer_id", "id", "conversation_message_id", "date")
        numbers = [integer(message.get(name)) for name in names]
        return "" if None in numbers else f"message_new:{payload.get('group_id')}:{':'.join(map(str, numbers))}"
    pressed = event.get("event_id")
    if kind == "message_event" and isinstance(pressed, str) and 0 < len(pressed) <= _LONGEST_ID:
        return f"message_event:{payload.get('group_id')}:{pressed}"
    return ""


def _event_id(payload: Mapping[str, Any]) -> str:
    name = payload.get("event_id")
    return name if isinstance(name, str) and len(name) <= _LONGEST_ID else ""
