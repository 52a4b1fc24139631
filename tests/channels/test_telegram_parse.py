"""What Telegram's updates mean: literal payloads, and what may be wrong with them."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.channels.telegram import parse as module
from bot.channels.telegram.receive import parse
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import FileOffer, Ignored, Kind, Parsed, StaffIncoming
from tests.channels.telegram_updates import (
    ANNA,
    ANSWER,
    CHANNEL,
    CHAT,
    CLERK,
    FILE,
    FORUM,
    GROUP,
    ORIGIN,
    PICTURE,
    PLACE,
    POLL,
    ROBOT,
    STAFF,
    TOKEN,
    anna,
    edited,
    member,
    message,
    other,
    pressed,
    reacted,
    sent,
)

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
    "button": (pressed(), anna(Kind.BUTTON, "Субсидия", action="t:subsidy", callback="8823")),
    "button that is no longer there": (pressed("t:old"), anna(Kind.BUTTON, action="t:old", callback="8823")),
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
