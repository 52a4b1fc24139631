"""What VK's events mean: literal payloads, and what may be wrong with them."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.vk.conversation import UNKNOWN, received
from bot.channels.vk.receive import parse
from bot.domain.cleaning import fingerprint
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import Channel, FileOffer, Ignored, Incoming, Kind, Parsed

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


CONVERSATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "message": (message(text="x"), "vk:501"),
    "message of the time before 5.103": (event("message_new", OLD), "vk:501"),
    "press": (pressed({"a": "x"}), "vk:501"),
    "allowed": (event("message_allow", {"user_id": 501}), "vk:501"),
    "denied": (event("message_deny", {"user_id": 501}), "vk:501"),
    "group chat": (message(peer_id=2_000_000_003), "vk:2000000003"),
    "peer is text": (message(peer_id="501", from_id=None), UNKNOWN),
    "no object": ({"event_id": "0f3ab"}, UNKNOWN),
    "object is a list": (event("message_new", [1]), UNKNOWN),
    "nobody": (event("group_change_photo", {"photo": {}}), UNKNOWN),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_conversation(name: str) -> None:
    payload, expected = CONVERSATIONS[name]
    row = received(payload)
    assert row is not None
    assert (row.channel, row.conversation) == (Channel.VK, expected)
    assert row.external_id and row.payload == payload


IDENTITIES: dict[str, tuple[dict[str, Any], str]] = {
    "message": (message(text="x"), "message_new:8:501:12:4:1763712000"),
    "press": (pressed({"a": "x"}), "message_event:8:e77"),
    "allowed": (event("message_allow", {"user_id": 501}), "0f3ab"),
    "message without a number": (message(conversation_message_id=None), "0f3ab"),
    "object is a list": (event("message_new", [1]), "0f3ab"),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_one_event_has_one_name_by_whatever_way_it_comes(name: str) -> None:
    payload, expected = IDENTITIES[name]
    row, again = received(payload), received({**payload, "event_id": "another", "secret": "x"})
    assert row is not None and again is not None
    assert row.external_id == expected
    assert again.external_id == (expected if ":" in expected else "another")


@pytest.mark.parametrize("raw", [None, 5, "text", [], [{"event_id": "1"}]])
def test_no_object_is_no_row(raw: object) -> None:
    assert received(raw) is None


def test_typing_is_no_row() -> None:
    assert received(event("message_typing_state", {"state": "typing", "from_id": 501, "to_id": -8})) is None


@pytest.mark.parametrize("name", [None, 5, "", ["a"], "x" * 101])
def test_without_an_id_the_row_is_named_by_what_it_holds(name: object) -> None:
    raw = {**event("message_allow", {"user_id": 501}), "event_id": name}
    row = received(raw)
    assert row is not None and row.external_id == fingerprint(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = st.lists(st.integers(0, 30), min_size=1, max_size=5)


def mutated(value: Any, way: list[int], put: Any, gone: bool) -> Any:
    """A copy of a JSON value with one place, found by ``way``, replaced or removed."""
    if not isinstance(value, dict | list) or not value or not way:
        return put
    copy: Any = value.copy()
    keys = list(copy) if isinstance(copy, dict) else list(range(len(copy)))
    key = keys[way[0] % len(keys)]
    if gone and len(way) == 1:
        del copy[key]
    else:
        copy[key] = mutated(copy[key], way[1:], put, gone)
    return copy


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(TABLE)), PLACES, JSON, st.booleans())
def test_anything_else_is_malformed_and_nothing_worse(name: str, way: list[int], put: Any, gone: bool) -> None:
    payload = mutated(TABLE[name][0], way, put, gone)
    row = received(payload)
    if row is None:
        return
    orjson.dumps(row.payload)
    with asyncio.Runner() as runner:
        for each in (payload, row.payload):
            try:
                result = runner.run(parse(each, start_words=START_WORDS))
            except MalformedUpdate:
                continue
            assert isinstance(result, Incoming | Ignored)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_json_gives_a_row_that_can_be_stored(raw: Any) -> None:
    row = received(raw)
    assert (row is not None) == isinstance(raw, dict)
    if row is not None:
        assert b"\\u0000" not in orjson.dumps(row.payload)
        assert row.external_id and row.conversation.startswith("vk:")
