"""Events of VK, literal, and what is made of them."""

from __future__ import annotations

from typing import Any

from bot.domain.messages import Channel, FileOffer, Incoming, Kind

START_WORDS = frozenset({"start", "начать"})
CLIENT_INFO = {
    "button_actions": ["text", "vkpay", "open_app", "location", "open_link", "callback"],
    "keyboard": True, "inline_keyboard": True, "carousel": True, "lang_id": 0,
}  # fmt: skip
CALLBACK = '{"event_id":"e77","user_id":501,"peer_id":501}'


def event(kind: str, body: Any) -> dict[str, Any]:
    return {"group_id": 8, "type": kind, "event_id": "0f3ab", "v": "5.199", "object": body}


def message(info: Any = CLIENT_INFO, **content: Any) -> dict[str, Any]:
    base = {
        "id": 12, "date": 1763712000, "peer_id": 501, "from_id": 501, "out": 0, "version": 10001,
        "text": "", "attachments": [], "fwd_messages": [], "conversation_message_id": 4, "random_id": 0,
        "important": False, "is_hidden": False,
    }  # fmt: skip
    return event("message_new", {"message": {**base, **content}, "client_info": info})


def attached(kind: str, **more: Any) -> dict[str, Any]:
    return message(attachments=[{"type": kind, kind: {"id": 1, "owner_id": 501}}], **more)


def pressed(payload: Any, **more: Any) -> dict[str, Any]:
    base = {"user_id": 501, "peer_id": 501, "event_id": "e77", "conversation_message_id": 4}
    return event("message_event", {**base, "payload": payload, **more})


def anna(kind: Kind, text: str = "", **more: Any) -> Incoming:
    numbered = "" if more.get("callback") or kind in (Kind.BLOCKED, Kind.UNBLOCKED) else "4"
    return Incoming(Channel.VK, "501", kind, text, **{"language": "ru", "message": numbered, **more})


def other(name: str) -> Incoming:
    return anna(Kind.OTHER, name=name)


def button(action: str) -> Incoming:
    return anna(Kind.BUTTON, action=action, callback=CALLBACK, language=None)


def reacted(**more: Any) -> dict[str, Any]:
    return event("message_reaction_event", {"reacted_id": 501, "peer_id": 501, "cmid": 4, **more})


async def name_of(peer: int, number: int) -> str:
    return "88" if (peer, number) == (501, 4) else ""


def thumb(emoji: str) -> Incoming:
    return anna(Kind.REACTION, emoji, message="88", language=None)


def sent(kind: str, text: str = "", *, reference: str = "", name: str = "", size: int = 0) -> Incoming:
    return anna(Kind.FILES, text, name=kind, files=(FileOffer(kind, reference, name, size),))


def thing(kind: str, body: Any, **more: Any) -> dict[str, Any]:
    return message(attachments=[{"type": kind, kind: body}], **more)


DOC = {"id": 1, "owner_id": 501, "title": "акт.pdf", "size": 9, "ext": "pdf", "url": "https://vk.com/doc1_1?x=1"}
SIZES = [{"type": "s", "url": "https://s", "width": 9, "height": 9}, {"url": "https://x", "width": 99, "height": 9}]
SPOKEN = {"id": 1, "duration": 3, "link_mp3": "https://m", "transcript": " Где\x00 заявка ", "transcript_state": "done"}
GEO = {"type": "point", "coordinates": {"latitude": 56.634, "longitude": 47.8999}}
PASSED = {"date": 1763710000, "from_id": 77, "text": "Выплаты задержат", "attachments": []}
EDITED = {
    "id": 12, "date": 1763712000, "update_time": 1763712050, "peer_id": 501, "from_id": 501, "out": 0,
    "conversation_message_id": 4, "text": "",
}  # fmt: skip
OLD = {"id": 12, "date": 1763712000, "peer_id": 501, "from_id": 501, "out": 0, "text": "привет"}
