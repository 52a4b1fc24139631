"""What Telegram's updates mean that are no private message: blocks, groups, channels, the staff group, the rest."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.receive import parse
from bot.domain.messages import FileOffer, GroupChanged, GroupMoved, Ignored, Invited, Kind, Parsed, StaffIncoming
from tests.channels.telegram_updates import (
    ANNA,
    AWAY,
    CHANNEL,
    CHANNELS,
    CHAT,
    CLERK,
    FORUM,
    GROUP,
    PICTURE,
    POLL,
    RIGHTS,
    ROBOT,
    STAFF,
    TOKEN,
    anna,
    member,
    message,
    pressed,
    staff,
)

TABLE: dict[str, tuple[dict[str, Any], Parsed]] = {
    "blocked": (member({"status": "kicked", "until_date": 0}), anna(Kind.BLOCKED)),
    "unblocked": (member({"status": "member"}), anna(Kind.UNBLOCKED)),
    "left": (member({"status": "left"}), Ignored("membership")),
    "kicked from a group": (member({"status": "kicked", "until_date": 0}, GROUP), Ignored("group")),
    "put into a group": (member({"status": "member"}, GROUP, AWAY), Invited("-100999", True)),
    "put into a group as an administrator": (member(RIGHTS, GROUP, AWAY), Invited("-100999", True)),
    "put into a channel": (member(CHANNELS, CHANNEL, AWAY), Invited("-100555", False)),
    "more rights in a foreign group": (member(RIGHTS, GROUP), Ignored("group")),
    "removed from the staff group": (
        member({"status": "left"}, FORUM), GroupChanged(str(STAFF), "the bot was removed from the group"),
    ),
    "kicked from the staff group": (
        member({"status": "kicked", "until_date": 0}, FORUM),
        GroupChanged(str(STAFF), "the bot was removed from the group"),
    ),
    "back in the staff group, but no administrator": (
        member({"status": "member"}, FORUM, AWAY),
        GroupChanged(str(STAFF), "the bot is no administrator of the group"),
    ),
    "without the right to manage topics": (
        member({**RIGHTS, "can_manage_topics": False}, FORUM),
        GroupChanged(str(STAFF), "the bot may not manage topics"),
    ),
    "all rights in the staff group": (member(RIGHTS, FORUM), GroupChanged(str(STAFF), "")),
    "the staff group becomes a supergroup": (
        message(chat=FORUM, migrate_to_chat_id=-1009), GroupMoved(str(STAFF), "-1009"),
    ),
    "the staff group, told in the new chat": (
        message(chat={**FORUM, "id": -1009}, migrate_from_chat_id=STAFF), GroupMoved(str(STAFF), "-1009"),
    ),
    "another group becomes a supergroup": (message(chat=GROUP, migrate_to_chat_id=-1009), Ignored("service")),
    "group": (message(chat=GROUP, text="всем привет"), Ignored("group")),
    "command in a group": (message(chat=GROUP, text="/start"), Ignored("group")),
    "channel post": (
        {"update_id": 1, "channel_post": {"message_id": 1, "date": 1, "chat": CHANNEL, "text": "!"}},
        Ignored("channel"),
    ),
    "edited channel post": (
        {"update_id": 1, "edited_channel_post": {"message_id": 1, "date": 1, "chat": CHANNEL, "text": "!"}},
        Ignored("channel"),
    ),
    "channel's message in a group": (
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": GROUP, "text": "!"}},
        Ignored("no sender"),
    ),
    "our own message": (message(**{"from": ROBOT}, text="эхо"), Ignored("own")),
    "another bot": (message(**{"from": {**ROBOT, "id": 9}}, chat=FORUM, text="x"), Ignored("bot")),
    "pinned": (message(pinned_message=message(text="x")["message"]), Ignored("service")),
    "joined": (message(chat=GROUP, new_chat_members=[ANNA]), Ignored("service")),
    "topic created": (
        staff(forum_topic_created={"name": "Анна", "icon_color": 7322096}), Ignored("service"),
    ),
    "topic closed": (staff(forum_topic_closed={}), Ignored("service")),
    "notice newer than aiogram": (staff(hologram_hung={"x": 1}), Ignored("service")),
    "staff answers": (staff(text="Приходите"), StaffIncoming("77", str(STAFF), "33", "Приходите", message="10")),
    "staff commands": (staff(text="/take"), StaffIncoming("77", str(STAFF), "33", "/take", message="10")),
    "staff outside of topics": (
        staff(text="всем", message_thread_id=8, is_topic_message=None),
        StaffIncoming("77", str(STAFF), None, "всем", message="10"),
    ),
    "staff sends a photo": (staff(photo=[PICTURE], caption="вот"), StaffIncoming(
        "77", str(STAFF), "33", "вот", files=(FileOffer("photo", "AgAD", "", 1200),), message="10"
    )),
    "staff anonymously": (
        staff(text="ответ", **{"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}}),
        StaffIncoming("1087968824", str(STAFF), "33", "ответ", message="10"),
    ),
    "staff presses": (
        pressed("k:take:12", message=staff(text="Дело")["message"], **{"from": CLERK}),
        StaffIncoming("77", str(STAFF), "33", action="k:take:12", callback="8823"),
    ),
    "staff presses under a message gone": (
        pressed("k:take:12", message={"chat": FORUM, "message_id": 5, "date": 0}, **{"from": CLERK}),
        StaffIncoming("77", str(STAFF), None, action="k:take:12", callback="8823"),
    ),
    "inline query": (
        {"update_id": 1, "inline_query": {"id": "1", "from": ANNA, "query": "", "offset": ""}},
        Ignored("inline_query"),
    ),
    "a message of somebody's own business": (
        {"update_id": 1, "business_message": {**message(text="x")["message"], "business_connection_id": "b"}},
        Ignored("business_message"),
    ),
    "messages deleted in somebody's own business": (
        {"update_id": 1, "deleted_business_messages": {
            "business_connection_id": "b", "chat": CHAT, "message_ids": [1]}},
        Ignored("deleted_business_messages"),
    ),
    "an answer to a poll": (
        {"update_id": 1, "poll_answer": {
            "poll_id": "1", "user": ANNA, "option_ids": [0], "option_persistent_ids": ["0"]}},
        Ignored("poll_answer"),
    ),
    "a poll that ended": ({"update_id": 1, "poll": POLL}, Ignored("poll")),
    "somebody wants into a group": (
        {"update_id": 1, "chat_join_request": {
            "chat": GROUP, "from": ANNA, "user_chat_id": 501, "date": 1763712000}},
        Ignored("chat_join_request"),
    ),
    "paid media bought": (
        {"update_id": 1, "purchased_paid_media": {"from": ANNA, "paid_media_payload": "x"}},
        Ignored("purchased_paid_media"),
    ),
    "update newer than aiogram": ({"update_id": 1, "telepathy": {"from": ANNA}}, Ignored("unknown")),
    "update of nothing": ({"update_id": 1}, Ignored("unknown")),
    "update of null": ({"update_id": 1, "message": None}, Ignored("unknown")),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
async def test_update_means(name: str) -> None:
    payload, expected = TABLE[name]
    assert await parse(payload, token=TOKEN, staff_chat=STAFF) == expected


async def test_without_a_staff_chat_no_group_is_left() -> None:
    """It may be the one that is to become the staff group."""
    assert await parse(member({"status": "member"}, GROUP, AWAY), token=TOKEN) == Ignored("group")


async def test_without_a_staff_chat_it_is_a_group_like_others() -> None:
    assert await parse(staff(text="x"), token=TOKEN) == Ignored("group")
