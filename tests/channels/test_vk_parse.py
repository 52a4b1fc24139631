"""What VK's events mean: literal payloads, and what may be wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.vk.receive import parse
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import FileOffer, Ignored, Kind, Parsed
from tests.channels.vk_events import (
    CLIENT_INFO,
    DOC,
    EDITED,
    GEO,
    OLD,
    PASSED,
    SIZES,
    SPOKEN,
    START_WORDS,
    anna,
    attached,
    button,
    event,
    message,
    name_of,
    other,
    pressed,
    reacted,
    sent,
    thing,
    thumb,
)

TABLE: dict[str, tuple[dict[str, Any], Parsed]] = {
    "text": (message(text="Как получить субсидию?"), anna(Kind.TEXT, "Как получить субсидию?")),
    "text with emoji": (message(text="да 👍🏽"), anna(Kind.TEXT, "да 👍🏽")),
    "text with a NUL": (message(text="до\x00ма"), anna(Kind.TEXT, "дома")),
    "text with half a character": (message(text="а\udc00б"), anna(Kind.TEXT, "аб")),
    "text far too long": (message(text="я" * 100_000), anna(Kind.TEXT, "я" * 20_000)),
    "text right to left": (message(text="\u202eабв\u200b"), anna(Kind.TEXT, "\u202eабв\u200b")),
    "slash is text": (message(text="/menu"), anna(Kind.TEXT, "/menu")),
    "message of the time before 5.103": (
        event("message_new", OLD), anna(Kind.TEXT, "привет", language=None, message=""),
    ),
    "fields newer than us": (message(text="привет", brand_new={"a": [1]}), anna(Kind.TEXT, "привет")),
    "English": (message({**CLIENT_INFO, "lang_id": 3}, text="hi"), anna(Kind.TEXT, "hi", language="en")),
    "language unknown": (message({"lang_id": 77}, text="hi"), anna(Kind.TEXT, "hi", language=None)),
    "language not told": (message(None, text="hi"), anna(Kind.TEXT, "hi", language=None)),
    "start button": (message(text="Начать", payload='{"command":"start"}'), anna(Kind.START)),
    "start by a word": (message(text=" Начать\n"), anna(Kind.START)),
    "start by a word in English": (message(text="START"), anna(Kind.START)),
    "start within a sentence": (message(text="начать сначала"), anna(Kind.TEXT, "начать сначала")),
    "start with a deep link": (
        message(text="Начать", payload='{"command":"start"}', ref="appeal-7", ref_source="site"),
        anna(Kind.START, "appeal-7"),
    ),
    "button": (
        message(text="Подробнее", payload='{"a":"m:subsidy"}'),
        anna(Kind.BUTTON, "Подробнее", action="m:subsidy"),
    ),
    "button called like a start word": (
        message(text="Начать", payload='{"a":"s:appeal"}'), anna(Kind.BUTTON, "Начать", action="s:appeal"),
    ),
    "button with more in its payload": (
        message(text="Да", payload='{"a":"t:x","z":1}'), anna(Kind.BUTTON, "Да", action="t:x"),
    ),
    "button with all data allowed": (
        message(text="Да", payload='{"a":"' + "x" * 247 + '"}'), anna(Kind.BUTTON, "Да", action="x" * 247),
    ),
    "payload too long": (message(text="Да", payload='{"a":"' + "x" * 248 + '"}'), anna(Kind.TEXT, "Да")),
    "payload of another bot": (message(text="Да", payload='{"button":"1"}'), anna(Kind.TEXT, "Да")),
    "payload is a number": (message(text="Да", payload="1"), anna(Kind.TEXT, "Да")),
    "payload is a list": (message(text="Да", payload='[{"a":"t:x"}]'), anna(Kind.TEXT, "Да")),
    "payload is no JSON": (message(text="Да", payload='{"a":'), anna(Kind.TEXT, "Да")),
    "payload with a wrong action": (message(text="Да", payload='{"a":{"b":1}}'), anna(Kind.TEXT, "Да")),
    "payload with an empty action": (message(text="Да", payload='{"a":""}'), anna(Kind.TEXT, "Да")),
    "payload as an object": (message(text="Да", payload={"a": "t:x"}), anna(Kind.BUTTON, "Да", action="t:x")),
    "photo": (attached("photo"), sent("photo")),
    "photo with text": (attached("photo", text="вот двор"), sent("photo", "вот двор")),
    "photo in sizes": (thing("photo", {"sizes": SIZES}), sent("photo", reference="https://x")),
    "photo of another shape": (thing("photo", {"sizes": [5, {"url": 7}]}), sent("photo")),
    "photos together": (
        message(attachments=[{"type": "photo", "photo": {"sizes": SIZES}}, {"type": "doc", "doc": DOC}]),
        anna(Kind.FILES, name="photo", files=(
            FileOffer("photo", "https://x"), FileOffer("doc", "https://vk.com/doc1_1?x=1", "акт.pdf", 9),
        )),
    ),
    "voice": (attached("audio_message"), sent("audio_message")),
    "voice put into writing": (thing("audio_message", SPOKEN), anna(Kind.TEXT, "Где заявка", voiced=True)),
    "voice being put into writing": (
        thing("audio_message", {**SPOKEN, "transcript_state": "in_progress"}),
        sent("audio_message", reference="https://m"),
    ),
    "voice without words": (
        thing("audio_message", {**SPOKEN, "transcript": " "}), sent("audio_message", reference="https://m"),
    ),
    "sticker": (attached("sticker"), other("sticker")),
    "document": (attached("doc"), sent("doc")),
    "document whole": (
        thing("doc", DOC), sent("doc", reference="https://vk.com/doc1_1?x=1", name="акт.pdf", size=9),
    ),
    "video": (attached("video"), sent("video")),
    "link": (attached("link"), other("link")),
    "wall post": (attached("wall"), other("wall")),
    "graffiti": (attached("graffiti"), sent("graffiti")),
    "gift": (attached("gift"), other("gift")),
    "of an odd kind": (message(attachments=[{"type": "<b>"}]), other("unknown")),
    "attachments of another shape": (message(attachments=[5]), other("unknown")),
    "attachments are no list": (message(attachments="photo"), other("unknown")),
    "location": (message(geo=GEO), anna(Kind.PLACE, "56.63400, 47.89990")),
    "location with a name": (
        message(geo={**GEO, "place": {"country": "Россия", "city": "Ола", "title": "Ола, Россия"}}),
        anna(Kind.PLACE, "Ола, Россия (56.63400, 47.89990)"),
    ),
    "location by VK's button": (message(geo=GEO, payload='{"x":1}'), anna(Kind.PLACE, "56.63400, 47.89990")),
    "location with words": (message(geo=GEO, text="вот тут"), anna(Kind.TEXT, "вот тут")),
    "half a location": (message(geo={"type": "point", "coordinates": {"latitude": 56.6}}), other("geo")),
    "passed on": (message(fwd_messages=[PASSED, {"text": "да"}]), anna(Kind.TEXT, "Выплаты задержат\nда")),
    "passed on with words": (
        message(text="это правда?", fwd_messages=[PASSED]),
        anna(Kind.TEXT, "это правда?", quoted="Выплаты задержат"),
    ),
    "a picture passed on": (message(fwd_messages=[{"text": "", "attachments": []}]), other("forward")),
    "reply to our answer": (
        message(text="а сроки?", reply_message={**OLD, "from_id": -8, "text": "Субсидия на молоко"}),
        anna(Kind.TEXT, "а сроки?", quoted="Субсидия на молоко"),
    ),
    "a sticker in reply": (
        message(reply_message={**OLD, "text": "Субсидия"}, attachments=[{"type": "sticker", "sticker": {}}]),
        anna(Kind.OTHER, name="sticker", quoted="Субсидия"),
    ),
    "reply of another shape": (message(text="а?", reply_message=[5]), anna(Kind.TEXT, "а?")),
    "a thumb": (reacted(reaction_id=4), thumb("👍")),
    "a thumb down": (reacted(reaction_id=9), thumb("👎")),
    "a reaction taken back": (reacted(), thumb("")),
    "a reaction newer than us": (reacted(reaction_id=900), Ignored("reaction")),
    "a reaction to what can't be found": (reacted(reaction_id=4, cmid=5), Ignored("reaction")),
    "a reaction in a group chat": (reacted(reaction_id=4, peer_id=2_000_000_003), Ignored("group")),
    "a reaction of somebody else": (reacted(reaction_id=4, reacted_id=502), Ignored("foreign")),
    "a reaction of a community": (reacted(reaction_id=4, reacted_id=-8), Ignored("community")),
    "read": (event("message_read", {"peer_id": 501, "from_id": 501, "read_message_id": 3}), Ignored("message_read")),
    "left": (event("group_leave", {"user_id": 501, "self": 1}), Ignored("group_leave")),
    "ordered": (event("market_order_new", {"user_id": 501}), Ignored("market_order_new")),
    "added to a chat": (
        message(peer_id=2_000_000_003, action={"type": "chat_invite_user", "member_id": -8}), Ignored("group"),
    ),
    "nothing at all": (message(), other("unknown")),
    "callback button": (pressed({"a": "t:subsidy"}), button("t:subsidy")),
    "callback button with its payload as text": (pressed('{"a":"t:subsidy"}'), button("t:subsidy")),
    "callback button without payload": (pressed(None), button("")),
    "callback button of another bot": (pressed({"b": 1}), button("")),
    "callback button with a payload too long": (pressed({"a": "я" * 124}), button("")),
    "callback button in a group chat": (pressed({"a": "t:x"}, peer_id=2_000_000_003), Ignored("group")),
    "callback button in somebody else's dialog": (pressed({"a": "t:x"}, peer_id=502), Ignored("foreign")),
    "allowed": (event("message_allow", {"user_id": 501, "key": ""}), anna(Kind.UNBLOCKED, language=None)),
    "denied": (event("message_deny", {"user_id": 501}), anna(Kind.BLOCKED, language=None)),
    "group chat": (message(text="всем", peer_id=2_000_000_003), Ignored("group")),
    "a community writes": (message(text="реклама", from_id=-30, peer_id=-30), Ignored("community")),
    "our own": (message(text="эхо", out=1), Ignored("own")),
    "written by another in the dialog": (message(text="x", from_id=502), Ignored("foreign")),
    "reply of a manager": (event("message_reply", {"peer_id": 501, "text": "x"}), Ignored("message_reply")),
    "edit": (event("message_edit", {**EDITED, "text": "молоко"}), anna(Kind.EDIT, "молоко", language=None)),
    "edit of a manager": (event("message_edit", {**EDITED, "from_id": -8, "out": 1}), Ignored("own")),
    "edit in a group chat": (event("message_edit", {**EDITED, "peer_id": 2_000_000_003}), Ignored("group")),
    "wall comment": (event("wall_reply_new", {"from_id": 501, "text": "?"}), Ignored("wall_reply_new")),
    "board": (event("board_post_new", {"id": 1, "text": "?"}), Ignored("board_post_new")),
    "joined": (event("group_join", {"user_id": 501, "join_type": "join"}), Ignored("group_join")),
    "event newer than us": (event("telepathy_new", {"user_id": 501}), Ignored("telepathy_new")),
    "event with an odd name": (event("<script>", {}), Ignored("unknown")),
    "ignored event of another shape": (event("wall_post_new", None), Ignored("wall_post_new")),
}  # fmt: skip

MALFORMED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no type": {"object": {}, "event_id": "1"},
    "type is a number": {"type": 5, "object": {}},
    "type is a list": {"type": ["message_new"], "object": {}},
    "no object": {"type": "message_new"},
    "object is text": event("message_new", "тайна"),
    "object is a list": event("message_event", [1]),
    "message is a list": event("message_new", {"message": []}),
    "message is empty": event("message_new", {"message": {}}),
    "no sender": event("message_new", {"message": {"peer_id": 501, "text": "тайна"}}),
    "peer is text": message(peer_id="501", text="тайна"),
    "peer is true": message(peer_id=True, text="x"),
    "sender is null": message(from_id=None, text="x"),
    "text is a number": message(text=5),
    "text is an object": message(text={"secret": "тайна"}),
    "text is null": message(text=None),
    "edit without a peer": event("message_edit", {"from_id": 501, "text": "тайна"}),
    "edit without words": event("message_edit", {"from_id": 501, "peer_id": 501, "text": {"a": "тайна"}}),
    "reaction to nothing": event("message_reaction_event", {"peer_id": 501, "reacted_id": 501, "reaction_id": 4}),
    "press without a person": event("message_event", {"peer_id": 501, "event_id": "e"}),
    "press without an id": pressed({"a": "x"}, event_id=None),
    "allowed by nobody": event("message_allow", {"key": "x"}),
    "denied by text": event("message_deny", {"user_id": "501"}),
}


@pytest.mark.parametrize("name", TABLE)
async def test_event_means(name: str) -> None:
    payload, expected = TABLE[name]
    assert await parse(payload, start_words=START_WORDS, name_of=name_of) == expected


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_event_is_refused(name: str) -> None:
    with pytest.raises(MalformedUpdate) as caught:
        await parse(MALFORMED[name], start_words=START_WORDS)
    assert "VK event: " in str(caught.value)
    assert "тайна" not in str(caught.value)
