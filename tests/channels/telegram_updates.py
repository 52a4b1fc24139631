"""Updates of Telegram, literal, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.messages import Channel, FileOffer, Incoming, Kind

TOKEN = "4242:abc"
STAFF = -1001234567890
ANNA = {"id": 501, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
CLERK = {"id": 77, "is_bot": False, "first_name": "Пётр", "username": "petr"}
ROBOT = {"id": 4242, "is_bot": True, "first_name": "Помощник", "username": "otklik_bot"}
CHAT = {"id": 501, "type": "private", "first_name": "Анна"}
FORUM = {"id": STAFF, "type": "supergroup", "title": "Сотрудники", "is_forum": True}
GROUP = {"id": -100999, "type": "supergroup", "title": "Соседи"}
CHANNEL = {"id": -100555, "type": "channel", "title": "Новости"}
FILE = {"file_id": "AgAD", "file_unique_id": "AQAD"}
PICTURE = {**FILE, "width": 90, "height": 60, "file_size": 1200}


def message(**content: Any) -> dict[str, Any]:
    base = {"message_id": 10, "date": 1763712000, "chat": CHAT, "from": ANNA}
    return {"update_id": 9001, "message": {**base, **content}}


def staff(**content: Any) -> dict[str, Any]:
    topic = {"chat": FORUM, "from": CLERK, "message_thread_id": 33, "is_topic_message": True}
    return message(**{**topic, **content})


SHOWN = {
    "reply_markup": {
        "inline_keyboard": [
            [{"text": "Меню", "callback_data": "menu:main"}],
            [{"text": "Сайт", "url": "https://agro.example"}, {"text": "Субсидия", "callback_data": "t:subsidy"}],
        ]
    }
}
"""The buttons under the message whose button is pressed."""


def pressed(data: Any = "t:subsidy", **more: Any) -> dict[str, Any]:
    shown = {"message_id": 11, "date": 1763712000, "chat": CHAT, "from": ROBOT, "text": "Чем помочь?", **SHOWN}
    query = {"id": "8823", "from": ANNA, "chat_instance": "-3", "message": shown, "data": data, **more}
    return {"update_id": 9002, "callback_query": {k: v for k, v in query.items() if v is not None}}


AWAY = {"status": "left"}
RIGHTS = {
    "status": "administrator", "can_be_edited": False, "can_manage_topics": True,
    **dict.fromkeys((
        "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
        "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
        "can_delete_stories", "can_send_welcome_messages",
    ), False),
}  # fmt: skip
CHANNELS = {**RIGHTS, "can_post_messages": True, "can_edit_messages": True, "can_manage_topics": None}


def member(new: dict[str, Any], chat: dict[str, Any] = CHAT, old: dict[str, Any] | None = None) -> dict[str, Any]:
    change = {
        "chat": chat, "from": ANNA, "date": 1763712000,
        "old_chat_member": {"user": ROBOT, **(old or {"status": "member"})}, "new_chat_member": {"user": ROBOT, **new},
    }  # fmt: skip
    return {"update_id": 9003, "my_chat_member": change}


def anna(kind: Kind, text: str = "", **more: Any) -> Incoming:
    written = "" if kind in (Kind.BUTTON, Kind.BLOCKED, Kind.UNBLOCKED) else "10"
    return Incoming(Channel.TELEGRAM, "501", kind, text, **{"language": "ru", "message": written, **more})


def other(name: str, caption: str = "") -> Incoming:
    return anna(Kind.OTHER, caption, name=name)


def sent(kind: str, caption: str = "", name: str = "", **more: Any) -> Incoming:
    offer = FileOffer(kind, "AgAD", name, 1200 if kind in ("photo", "video") else 0)
    return anna(Kind.FILES, caption, name=kind, files=(offer,), **more)


def edited(**content: Any) -> dict[str, Any]:
    return {"update_id": 9004, "edited_message": {**message(**content)["message"], "edit_date": 1763712001}}


def reacted(new: Sequence[str] = (), old: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    change = {
        "chat": CHAT, "message_id": 10, "user": ANNA, "date": 1763712000,
        "old_reaction": [{"type": "emoji", "emoji": one} for one in old],
        "new_reaction": [{"type": "emoji", "emoji": one} for one in new], **more,
    }  # fmt: skip
    return {"update_id": 9005, "message_reaction": {k: v for k, v in change.items() if v is not None}}


PLACE = {"latitude": 56.634, "longitude": 47.8999}
ANSWER = {"message_id": 9, "date": 1763711000, "chat": CHAT, "from": ROBOT, "text": "Субсидия на молоко"}
ORIGIN = {"type": "hidden_user", "date": 1763710000, "sender_user_name": "Сосед"}
POLL = {
    "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
    "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
    "members_only": False,
}  # fmt: skip
