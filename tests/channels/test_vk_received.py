"""Rows of VK's events: whose conversation, which name; whatever comes, a row can be stored and read."""

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
from bot.domain.messages import Channel, Ignored, Incoming
from tests.channels.test_vk_parse import TABLE
from tests.channels.vk_events import OLD, START_WORDS, event, message, pressed

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
