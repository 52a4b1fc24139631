"""From a raw Telegram update to the row an ingress stores. Plain dict work; takes any JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.domain.cleaning import fingerprint, storable
from bot.domain.messages import Channel, Received

UNKNOWN: Final = "telegram:?"


def received(raw: object) -> Received | None:
    """The row of one update; None for what is no JSON object."""
    if not isinstance(raw, Mapping):
        return None
    payload: dict[str, Any] = storable(dict(raw))
    number = update_id(raw)
    return Received(
        channel=Channel.TELEGRAM,
        external_id=fingerprint(payload) if number is None else str(number),
        conversation=conversation(payload),
        payload=payload,
    )


def update_id(raw: object) -> int | None:
    """The number that confirms an update; None if it has none that can be believed."""
    number = _integer(raw.get("update_id")) if isinstance(raw, Mapping) else None
    return number if number is not None and 0 <= number < 2**53 else None


def conversation(payload: Mapping[str, Any]) -> str:
    """What the update must be handled in order with: the chat, and in groups the forum topic."""
    for kind, event in payload.items():
        if isinstance(event, Mapping):
            return _button_place(event) if kind == "callback_query" else _place(event)
    return UNKNOWN


def of_group(payload: Mapping[str, Any]) -> bool:
    """Whether an update comes from a group or a channel."""
    return conversation(payload).startswith("telegram:-")


def _button_place(event: Mapping[str, Any]) -> str:
    message, sender = event.get("message"), event.get("from")
    if isinstance(message, Mapping):
        return _place(message)
    person = _integer(sender.get("id")) if isinstance(sender, Mapping) else None
    return UNKNOWN if person is None else f"telegram:{person}"


def _place(event: Mapping[str, Any]) -> str:
    chat = event.get("chat")
    number = _integer(chat.get("id")) if isinstance(chat, Mapping) else None
    if number is None or not isinstance(chat, Mapping):
        return UNKNOWN
    if chat.get("type") not in ("group", "supergroup"):
        return f"telegram:{number}"
    # Replies outside of topics carry a message_thread_id as well: it names no topic.
    thread = _integer(event.get("message_thread_id")) if event.get("is_topic_message") is True else None
    return f"telegram:{number}:{thread or 0}"


def _integer(value: object) -> int | None:
    return value if type(value) is int else None
