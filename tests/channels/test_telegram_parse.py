"""What Telegram's updates mean: literal payloads, and what may be wrong with them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import parse as module
from bot.channels.telegram.receive import parse
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import (
    Channel,
    FileOffer,
    GroupChanged,
    GroupMoved,
    Ignored,
    Incoming,
    Invited,
    Kind,
    Parsed,
    StaffIncoming,
)

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


def pressed(data: Any = "t:subsidy", **more: Any) -> dict[str, Any]:
    shown = {"message_id": 11, "date": 1763712000, "chat": CHAT, "from": ROBOT, "text": "Чем помочь?"}
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

TABLE: dict[str, tuple[dict[str, Any], Parsed]] = {
    "text": (message(text="Как получить субсидию?"), anna(Kind.TEXT, "Как получить субсидию?")),
    "text with emoji": (message(text="да 👍🏽"), anna(Kind.TEXT, "да 👍🏽")),
    "text with a NUL": (message(text="до\x00ма"), anna(Kind.TEXT, "дома")),
    "text far too long": (message(text="я" * 100_000), anna(Kind.TEXT, "я" * 20_000)),
    "text right to left": (message(text="\u202eабв\u200b"), anna(Kind.TEXT, "\u202eабв\u200b")),
    "fields newer than aiogram": (message(text="привет", brand_new={"a": [1]}), anna(Kind.TEXT, "привет")),
    "start": (message(text="/start"), anna(Kind.START)),
    "start with a deep link": (message(text="/start appeal-7"), anna(Kind.START, "appeal-7")),
    "start to us by name": (message(text="/start@otklik_bot"), anna(Kind.START)),
    "start in capitals": (message(text="/START"), anna(Kind.START)),
    "command": (message(text="/menu"), anna(Kind.COMMAND, name="menu")),
    "command with an argument": (
        message(text="/status@otklik_bot ОТ-2026-000123"),
        anna(Kind.COMMAND, "ОТ-2026-000123", name="status"),
    ),
    "command in Cyrillic": (message(text="/меню"), anna(Kind.COMMAND, name="меню")),
    "a lone slash": (message(text="/"), anna(Kind.TEXT, "/")),
    "a path is no command": (message(text="/home/me x"), anna(Kind.TEXT, "/home/me x")),
    "language with a region": (
        message(text="hi", **{"from": {**ANNA, "language_code": "en-GB"}}),
        anna(Kind.TEXT, "hi", language="en"),
    ),
    "no language": (
        message(text="hi", **{"from": {"id": 501, "is_bot": False, "first_name": "A"}}),
        anna(Kind.TEXT, "hi", language=None),
    ),
    "odd language": (
        message(text="hi", **{"from": {**ANNA, "language_code": "1"}}),
        anna(Kind.TEXT, "hi", language=None),
    ),
    "photo with a caption": (message(photo=[PICTURE], caption="двор"), sent("photo", "двор")),
    "photo with a command under it": (message(photo=[PICTURE], caption="/start"), sent("photo", "/start")),
    "sticker": (
        message(sticker={**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False,
                         "is_video": False}),
        other("sticker"),
    ),
    "voice": (message(voice={**FILE, "duration": 3}), sent("voice")),
    "audio": (message(audio={**FILE, "duration": 3}), sent("audio")),
    "video": (message(video={**PICTURE, "duration": 3}), sent("video")),
    "video note": (message(video_note={**FILE, "length": 9, "duration": 3}), sent("video_note")),
    "animation": (
        message(animation={**PICTURE, "duration": 3}, document={**FILE, "file_name": "a.gif"}),
        other("animation"),
    ),
    "document": (message(document={**FILE, "file_name": "справка.pdf"}), sent("document", name="справка.pdf")),
    "photos of an album": (
        message(photo=[{**PICTURE, "file_id": "small"}, PICTURE], media_group_id="77"), sent("photo", album="77"),
    ),
    "document without a name or size": (message(document={"file_id": "F", "file_unique_id": "U"}), anna(
        Kind.FILES, name="document", files=(FileOffer("document", "F"),)
    )),
    "location": (message(location={"latitude": 56.6, "longitude": 47.9}), anna(Kind.PLACE, "56.60000, 47.90000")),
    "live location": (
        message(location={"latitude": 56.6, "longitude": 47.9, "live_period": 900, "heading": 90}),
        anna(Kind.PLACE, "56.60000, 47.90000"),
    ),
    "venue": (
        message(venue={"location": PLACE, "title": "Ферма", "address": "Ола, Советская, 5"}, location=PLACE),
        anna(Kind.PLACE, "Ферма, Ола, Советская, 5 (56.63400, 47.89990)"),
    ),
    "venue without a name": (
        message(venue={"location": PLACE, "title": "", "address": "\x00"}, location=PLACE),
        anna(Kind.PLACE, "56.63400, 47.89990"),
    ),
    "contact": (
        message(contact={"phone_number": "79001234567", "first_name": "А", "user_id": 501}),
        anna(Kind.CONTACT, "79001234567"),
    ),
    "poll": (message(poll=POLL), other("poll")),
    "dice": (message(dice={"emoji": "🎲", "value": 4}), other("dice")),
    "game": (message(game={"title": "x", "description": "y", "photo": [PICTURE]}), other("game")),
    "story": (message(story={"chat": CHAT, "id": 4}), other("story")),
    "checklist": (message(checklist={"title": "Дела", "tasks": [{"id": 1, "text": "a"}]}), other("checklist")),
    "paid media": (
        message(paid_media={"star_count": 5, "paid_media": [{"type": "preview", "width": 1, "height": 1}]}),
        other("paid_media"),
    ),
    "invoice": (
        message(invoice={
            "title": "x", "description": "y", "start_parameter": "z", "currency": "XTR", "total_amount": 1,
        }),
        other("invoice"),
    ),
    "giveaway": (
        message(giveaway={"chats": [CHANNEL], "winners_selection_date": 1763712000, "winner_count": 1}),
        other("giveaway"),
    ),
    "reply to our answer": (
        message(text="а сроки?", reply_to_message=ANSWER),
        anna(Kind.TEXT, "а сроки?", quoted="Субсидия на молоко"),
    ),
    "reply to a part of our answer": (
        message(text="а это?", reply_to_message=ANSWER, quote={"text": "молоко", "position": 12, "is_manual": True}),
        anna(Kind.TEXT, "а это?", quoted="молоко"),
    ),
    "reply to a caption": (
        message(text="это он", reply_to_message={**ANSWER, "text": None, "caption": "двор", "photo": [PICTURE]}),
        anna(Kind.TEXT, "это он", quoted="двор"),
    ),
    "reply to a picture": (
        message(text="что это?", reply_to_message={**ANSWER, "text": None, "photo": [PICTURE]}),
        anna(Kind.TEXT, "что это?"),
    ),
    "reply to a message of another chat": (
        message(text="это правда?", external_reply={"origin": ORIGIN, "chat": CHANNEL, "message_id": 7}),
        anna(Kind.TEXT, "это правда?"),
    ),
    "reply to a very long text": (
        message(text="?!", reply_to_message={**ANSWER, "text": "я" * 4096}),
        anna(Kind.TEXT, "?!", quoted="я" * 1000),
    ),
    "passed on": (message(text="Выплаты задержат", forward_origin=ORIGIN), anna(Kind.TEXT, "Выплаты задержат")),
    "a thumb": (reacted(["👍"]), anna(Kind.REACTION, "👍", message="10")),
    "a thumb down instead of a thumb": (reacted(["👎"], ["👍"]), anna(Kind.REACTION, "👎", message="10")),
    "a reaction taken back": (reacted([], ["👍"]), anna(Kind.REACTION, "", message="10")),
    "a reaction of somebody's own making": (
        reacted(new_reaction=[{"type": "custom_emoji", "custom_emoji_id": "5"}]), Ignored("reaction"),
    ),
    "a paid reaction": (reacted(new_reaction=[{"type": "paid"}]), Ignored("reaction")),
    "a reaction in a group": (reacted(["👍"], chat=GROUP), Ignored("reaction")),
    "a reaction of a channel": (reacted(["👍"], user=None, actor_chat=CHANNEL), Ignored("reaction")),
    "a reaction of somebody else": (reacted(["👍"], user=CLERK), Ignored("reaction")),
    "a count of reactions": (
        {"update_id": 1, "message_reaction_count": {
            "chat": CHANNEL, "message_id": 3, "date": 1763712000,
            "reactions": [{"type": {"type": "emoji", "emoji": "👍"}, "total_count": 4}]}},
        Ignored("message_reaction_count"),
    ),
    "of a kind newer than aiogram": (message(hologram={"x": 1}), other("unknown")),
    "button": (pressed(), anna(Kind.BUTTON, action="t:subsidy", callback="8823")),
    "button without data": (pressed(None), anna(Kind.BUTTON, callback="8823")),
    "button with too much data": (pressed("я" * 33), anna(Kind.BUTTON, callback="8823")),
    "button with all data allowed": (
        pressed("x" * 64), anna(Kind.BUTTON, action="x" * 64, callback="8823"),
    ),
    "button of a game": (
        pressed(None, game_short_name="chess"), anna(Kind.BUTTON, callback="8823"),
    ),
    "button under a message gone": (
        pressed(message={"chat": CHAT, "message_id": 5, "date": 0}),
        anna(Kind.BUTTON, action="t:subsidy", callback="8823"),
    ),
    "button without a message": (pressed(message=None, inline_message_id="x"), Ignored("foreign button")),
    "button in a foreign group": (
        pressed(message={"chat": GROUP, "message_id": 5, "date": 0}), Ignored("foreign button"),
    ),
    "button in somebody else's chat": (pressed(**{"from": CLERK}), Ignored("foreign button")),
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
    "edit": (edited(text="б"), anna(Kind.EDIT, "б")),
    "edit into a command": (edited(text="/start"), anna(Kind.EDIT, "/start")),
    "edit of a reply": (
        edited(text="и сроки?", reply_to_message=ANSWER), anna(Kind.EDIT, "и сроки?", quoted="Субсидия на молоко"),
    ),
    "edit of a caption": (edited(photo=[PICTURE], caption="двор"), Ignored("edit")),
    "a place that moves": (edited(location={"latitude": 56.7, "longitude": 47.9, "live_period": 900}), Ignored("edit")),
    "staff edits": (
        edited(chat=FORUM, message_thread_id=33, is_topic_message=True, text="Приходите в среду", **{"from": CLERK}),
        StaffIncoming("77", str(STAFF), "33", "Приходите в среду", message="10", edited=True),
    ),
    "staff edits a caption": (
        edited(chat=FORUM, message_thread_id=33, is_topic_message=True, photo=[PICTURE], **{"from": CLERK}),
        Ignored("edit"),
    ),
    "edit in a group": (edited(text="x", chat=GROUP), Ignored("edit")),
    "edit of a bot": (edited(text="x", **{"from": {**ROBOT, "id": 9}}), Ignored("bot")),
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

MALFORMED: dict[str, dict[str, Any]] = {
    "message is text": {"update_id": 1, "message": "hello"},
    "message is a list": {"update_id": 1, "message": []},
    "no chat": {"update_id": 1, "message": {"message_id": 1, "date": 1, "from": ANNA, "text": "x"}},
    "text is a number": message(text=12),
    "text is an object": message(text={"secret": "тайна"}),
    "chat without a type": message(chat={"id": 501}, text="x"),
    "sender without a name": message(text="x", **{"from": {"id": 501, "is_bot": False}}),
    "date is text": message(text="x", date="yesterday"),
    "date beyond time": message(text="x", date=10**18),
    "id is text": {**message(text="x"), "update_id": "first"},
    "no id": {"message": message(text="x")["message"]},
    "entities of another shape": message(text="x", entities=[{"type": "bold"}]),
    "button without a sender": {"update_id": 1, "callback_query": {"id": "1", "chat_instance": "1"}},
    "button's data is a list": pressed(["t:subsidy"]),
    "member of an unknown status": member({"status": "haunted"}),
}


@pytest.mark.parametrize("name", TABLE)
async def test_update_means(name: str) -> None:
    payload, expected = TABLE[name]
    assert await parse(payload, token=TOKEN, staff_chat=STAFF) == expected


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_update_is_refused(name: str) -> None:
    with pytest.raises(MalformedUpdate) as caught:
        await parse(MALFORMED[name], token=TOKEN, staff_chat=STAFF)
    assert "Telegram update: " in str(caught.value)
    assert "тайна" not in str(caught.value)


async def test_without_a_staff_chat_no_group_is_left() -> None:
    """It may be the one that is to become the staff group."""
    assert await parse(member({"status": "member"}, GROUP, AWAY), token=TOKEN) == Ignored("group")


async def test_without_a_staff_chat_it_is_a_group_like_others() -> None:
    assert await parse(staff(text="x"), token=TOKEN) == Ignored("group")


async def test_a_token_that_is_none_hinders_nobody() -> None:
    assert await parse(message(text="x"), token="my token") == anna(Kind.TEXT, "x")


async def test_lone_surrogates_are_dropped() -> None:
    result = await parse(message(text="а\ud800б"), token=TOKEN)
    assert result == anna(Kind.TEXT, "аб")


async def test_nothing_of_an_update_is_written_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await parse(message(text="секрет"), token=TOKEN)
    with pytest.raises(MalformedUpdate):
        await parse(MALFORMED["text is an object"], token=TOKEN)
    assert caplog.text == ""


def test_no_filter_costs_a_thread() -> None:
    router = module._router
    filters = [
        each
        for observer in router.observers.values()
        for handler in observer.handlers
        for each in handler.filters or ()
    ]
    assert len(filters) > 8
    assert all(each.awaitable for each in filters)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = st.lists(st.integers(0, 30), min_size=1, max_size=6)


def places(value: Any) -> Iterator[Any]:
    return iter(value) if isinstance(value, dict) else iter(range(len(value)))


def mutated(value: Any, way: list[int], put: Any, gone: bool) -> Any:
    """A copy of a JSON value with one place, found by ``way``, replaced or removed."""
    if not isinstance(value, dict | list) or not value or not way:
        return put
    copy: Any = value.copy()
    keys = list(places(copy))
    key = keys[way[0] % len(keys)]
    if gone and len(way) == 1:
        del copy[key]
    else:
        copy[key] = mutated(copy[key], way[1:], put, gone)
    return copy


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(TABLE)), PLACES, JSON, st.booleans())
def test_anything_else_is_malformed_and_nothing_worse(name: str, way: list[int], put: Any, gone: bool) -> None:
    payload = mutated(TABLE[name][0], way, put, gone)
    if not isinstance(payload, dict):
        return
    with asyncio.Runner() as runner:
        try:
            result = runner.run(parse(payload, token=TOKEN, staff_chat=STAFF))
        except MalformedUpdate:
            return
    assert isinstance(result, Parsed)
    texts: tuple[str, ...] = (result.why,) if isinstance(result, Ignored) else ()
    if isinstance(result, Incoming | StaffIncoming):
        texts = (result.text, result.action)
    assert all("\x00" not in text and text.encode() is not None for text in texts)
