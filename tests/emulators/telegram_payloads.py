"""Objects of the Bot API as clients and chats appear in them, valid for aiogram's types."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

Payload = dict[str, Any]

BOT_ID: Final = 7_000_000_001


def bot_user() -> Payload:
    """The bot itself, as getMe and its own messages show it."""
    return {"id": BOT_ID, "is_bot": True, "first_name": "Emulated bot", "username": "emulated_bot"}


def get_me() -> Payload:
    """The answer of getMe."""
    return {
        **bot_user(), "can_join_groups": True, "can_read_all_group_messages": True,
        "supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False,
    }  # fmt: skip


def person(user_id: int, first_name: str) -> Payload:
    """A human user."""
    return {"id": user_id, "is_bot": False, "first_name": first_name, "language_code": "ru"}


def private_chat(user: Payload) -> Payload:
    """The private chat with this user."""
    return {"id": user["id"], "type": "private", "first_name": user["first_name"]}


def forum_chat(chat_id: int) -> Payload:
    """A supergroup with topics."""
    return {"id": chat_id, "type": "supergroup", "title": "Staff", "is_forum": True}


def message(message_id: int, sender: Payload, chat: Payload, **content: Any) -> Payload:
    """A message of a person in a chat."""
    return {"message_id": message_id, "from": sender, "chat": chat, "date": int(time.time()), **content}


def full_chat(chat: Payload) -> Payload:
    """The answer of getChat."""
    gifts = (
        "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels",
    )  # fmt: skip
    return {
        **chat, "accent_color_id": 0, "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }  # fmt: skip


def member(user: Payload) -> Payload:
    """An ordinary member of a chat."""
    return {"status": "member", "user": user}


def kicked(user: Payload) -> Payload:
    """A member who is banned, or the bot in the chat of a client who blocked it."""
    return {"status": "kicked", "user": user, "until_date": 0}


def administrator(user: Payload) -> Payload:
    """The bot in the staff group, with the right to manage topics."""
    rights = (
        "can_be_edited", "is_anonymous", "can_promote_members", "can_change_info", "can_post_stories",
        "can_edit_stories", "can_delete_stories", "can_send_welcome_messages", "can_manage_video_chats",
    )  # fmt: skip
    granted = (
        "can_manage_chat", "can_delete_messages", "can_restrict_members", "can_invite_users",
        "can_pin_messages", "can_manage_topics",
    )  # fmt: skip
    return {
        "status": "administrator", "user": user,
        **dict.fromkeys(rights, False), **dict.fromkeys(granted, True),
    }  # fmt: skip


def membership(chat: Payload, sender: Payload, old: Payload, new: Payload) -> Payload:
    """The body of a my_chat_member update."""
    return {
        "chat": chat, "from": sender, "date": int(time.time()),
        "old_chat_member": old, "new_chat_member": new,
    }  # fmt: skip


def document(file_id: str, name: str, size: int) -> Payload:
    """A document as a message shows it."""
    return {"file_id": file_id, "file_unique_id": f"unique-{file_id}", "file_name": name, "file_size": size}


def reaction(chat: Payload, sender: Payload, message_id: int, before: str, after: str) -> Payload:
    """The body of a message_reaction update."""
    old, new = ([{"type": "emoji", "emoji": one}] if one else [] for one in (before, after))
    return {
        "chat": chat, "message_id": message_id, "user": sender, "date": int(time.time()),
        "old_reaction": old, "new_reaction": new,
    }  # fmt: skip


def _file(number: int, **more: Any) -> Payload:
    return {"file_id": f"file-{number}", "file_unique_id": f"unique-{number}", "file_size": 1024, **more}


def _sized(number: int, **more: Any) -> Payload:
    return _file(number, width=320, height=240, **more)


def _contact(user: Payload) -> Payload:
    return {"phone_number": "+70000000000", "first_name": user["first_name"], "user_id": user["id"]}


def _poll(number: int) -> Payload:
    options = [{"persistent_id": str(index), "text": text, "voter_count": 0} for index, text in enumerate(("1", "2"))]
    return {
        "id": str(number), "question": "?", "options": options, "total_voter_count": 0, "is_closed": False,
        "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
        "members_only": False,
    }  # fmt: skip


PLACE: Final = {"latitude": 56.634, "longitude": 47.8999}

_CONTENTS: Final[dict[str, Callable[[int, Payload], Payload]]] = {
    # The real server repeats an animation as a document, and a venue's place as a location.
    "animation": lambda number, user: {"animation": _sized(number, duration=3), "document": _file(number)},
    "audio": lambda number, user: {"audio": _file(number, duration=3, mime_type="audio/mpeg")},
    "contact": lambda number, user: {"contact": _contact(user)},
    "dice": lambda number, user: {"dice": {"emoji": "🎲", "value": 4}},
    "document": lambda number, user: {"document": _file(number, file_name="file.pdf")},
    "location": lambda number, user: {"location": PLACE},
    "photo": lambda number, user: {"photo": [_sized(number)]},
    "poll": lambda number, user: {"poll": _poll(number)},
    "sticker": lambda number, user: {"sticker": _sized(number, type="regular", is_animated=False, is_video=False)},
    "venue": lambda number, user: {"venue": {"location": PLACE, "title": "?", "address": "?"}, "location": PLACE},
    "video": lambda number, user: {"video": _sized(number, duration=3)},
    "video_note": lambda number, user: {"video_note": _file(number, length=240, duration=3)},
    "voice": lambda number, user: {"voice": _file(number, duration=3, mime_type="audio/ogg")},
}
KINDS: Final = tuple(_CONTENTS)


def content(kind: str, number: int, user: Payload) -> Payload:
    """The content of a message that is not a text; `number` makes file ids unique. Raises ValueError."""
    if kind not in _CONTENTS:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
    return _CONTENTS[kind](number, user)
