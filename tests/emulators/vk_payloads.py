"""Objects of VK events: messages, attachments, comments on the wall."""

from __future__ import annotations

import time
from typing import Any, Final

Payload = dict[str, Any]

_ACTIONS: Final = [
    "text", "vkpay", "open_app", "location", "open_link", "callback", "intent_subscribe",
    "intent_unsubscribe",
]  # fmt: skip
REACTIONS: Final = {"❤": 1, "🔥": 2, "👍": 4, "👎": 9, "🙏": 13}
CLIENT_INFO: Final[Payload] = {
    "button_actions": _ACTIONS, "keyboard": True, "inline_keyboard": True, "carousel": True, "lang_id": 0,
}  # fmt: skip
PLACE: Final[Payload] = {
    "type": "point",
    "coordinates": {"latitude": 56.634, "longitude": 47.8999},
    "place": {"country": "?", "city": "?", "title": "?"},
}


def message(message_id: int, local_id: int, peer_id: int, from_id: int, text: str, **more: Any) -> Payload:
    """A message, incoming when a person wrote it, outgoing when the community did (`from_id` < 0)."""
    return {
        "date": int(time.time()), "from_id": from_id, "id": message_id, "version": 10_000_000 + message_id,
        "out": int(from_id < 0), "fwd_messages": [], "important": False, "is_hidden": False,
        "attachments": [], "conversation_message_id": local_id, "text": text, "peer_id": peer_id,
        "random_id": 0, **more,
    }  # fmt: skip


def wall_reply(comment_id: int, post_id: int, group_id: int, from_id: int, text: str) -> Payload:
    """A comment under a post of the community."""
    return {
        "id": comment_id, "from_id": from_id, "date": int(time.time()), "text": text, "post_id": post_id,
        "owner_id": -group_id, "parents_stack": [], "post_owner_id": -group_id,
    }  # fmt: skip


def _picture(number: int) -> list[Payload]:
    return [{"type": "x", "url": f"https://vk.invalid/photo-{number}.jpg", "width": 604, "height": 453}]


def _attachment(kind: str, number: int, user_id: int) -> Payload:
    common = {"id": number, "owner_id": user_id, "access_key": f"key-{number}"}
    match kind:
        case "photo":
            return {**common, "album_id": -3, "date": 0, "text": "", "sizes": _picture(number)}
        case "audio_message":
            link = f"https://vk.invalid/voice-{number}"
            return {**common, "duration": 3, "waveform": [1, 2], "link_ogg": f"{link}.ogg", "link_mp3": link}
        case "sticker":
            return {"product_id": 1, "sticker_id": number, "images": _picture(number)}
        case "doc":
            url = f"https://vk.invalid/doc-{number}.pdf"
            return {**common, "title": "file.pdf", "size": 1024, "ext": "pdf", "type": 1, "url": url}
        case "video" | "audio":
            return {**common, "title": "?", "duration": 3}
        case "link":
            return {"url": "https://vk.invalid/", "title": "?", "caption": "?", "description": "?"}
        case "wall":
            return {"id": number, "from_id": user_id, "to_id": user_id, "date": 0, "text": "?"}
    raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")


KINDS: Final = (
    "audio", "audio_message", "doc", "forward", "link", "location", "photo", "sticker", "video", "wall",
)  # fmt: skip

# Words that stories share with Telegram.
SAME: Final = {"voice": "audio_message", "document": "doc"}


def content(kind: str, number: int, user_id: int) -> Payload:
    """What a message of this kind holds beside its (empty) text. Raises ValueError."""
    kind = SAME.get(kind, kind)
    if kind == "location":
        return {"geo": PLACE}
    if kind == "forward":
        return {"fwd_messages": [message(0, 0, user_id, user_id, "?")]}
    return {"attachments": [{"type": kind, kind: _attachment(kind, number, user_id)}]}
