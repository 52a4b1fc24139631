"""From any JSON to a row of the inbox."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.conversation import UNKNOWN, received, update_id
from bot.domain.cleaning import clean, fingerprint, storable
from bot.domain.messages import Channel

PRIVATE = {"chat": {"id": 5, "type": "private"}, "from": {"id": 5}}
TOPIC = {"chat": {"id": -100, "type": "supergroup"}, "message_thread_id": 7, "is_topic_message": True}
REPLY = {"chat": {"id": -100, "type": "supergroup"}, "message_thread_id": 7}

CONVERSATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "message": ({"message": PRIVATE}, "telegram:5"),
    "edit": ({"edited_message": PRIVATE}, "telegram:5"),
    "my_chat_member": ({"my_chat_member": PRIVATE}, "telegram:5"),
    "button": ({"callback_query": {"from": {"id": 5}, "message": PRIVATE}}, "telegram:5"),
    "button of an inline message": ({"callback_query": {"from": {"id": 5}}}, "telegram:5"),
    "topic": ({"message": TOPIC}, "telegram:-100:7"),
    "button in a topic": ({"callback_query": {"from": {"id": 9}, "message": TOPIC}}, "telegram:-100:7"),
    "reply outside of topics": ({"message": REPLY}, "telegram:-100:0"),
    "group": ({"message": {"chat": {"id": -9, "type": "group"}}}, "telegram:-9:0"),
    "channel": ({"channel_post": {"chat": {"id": -8, "type": "channel"}}}, "telegram:-8"),
    "empty": ({}, UNKNOWN),
    "no chat": ({"message": {}}, UNKNOWN),
    "chat is text": ({"message": {"chat": "5"}}, UNKNOWN),
    "chat id is true": ({"message": {"chat": {"id": True}}}, UNKNOWN),
    "chat id is text": ({"message": {"chat": {"id": "5"}}}, UNKNOWN),
    "message is a list": ({"message": [1]}, UNKNOWN),
    "button without anything": ({"callback_query": {}}, UNKNOWN),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_conversation(name: str) -> None:
    payload, expected = CONVERSATIONS[name]
    row = received({"update_id": 12, **payload})
    assert row is not None
    assert (row.channel, row.external_id, row.conversation) == (Channel.TELEGRAM, "12", expected)
    assert row.payload == {"update_id": 12, **payload}


@pytest.mark.parametrize("raw", [None, 5, "text", [], [{"update_id": 1}], True])
def test_no_object_is_no_row(raw: object) -> None:
    assert received(raw) is None
    assert update_id(raw) is None


@pytest.mark.parametrize("number", [None, "12", True, -1, 1.5, 2**60, [1]])
def test_without_a_believable_id_the_row_is_named_by_what_it_holds(number: object) -> None:
    raw = {"update_id": number, "message": PRIVATE}
    first, again = received(raw), received(json.loads(json.dumps(raw)))
    assert first is not None and again is not None
    assert first.external_id == again.external_id == fingerprint(raw)


def test_what_a_database_refuses_is_taken_out() -> None:
    bad = {"a\x00": "b\x00\ud800", "n": float("nan"), "big": 10**5000, "deep": _deep(2000)}
    row = received({"update_id": 1, **bad})
    assert row is not None
    assert row.payload["a"] == "b"
    assert row.payload["n"] is None
    orjson.dumps(row.payload)


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_clean() -> None:
    assert clean("а\x00б") == "аб"
    assert clean("\ud83d\ude00!") == "😀!"
    assert clean("\udc00x\ud83d") == "x"
    assert clean("x" * 5, limit=3) == "xxx"
    assert len(clean("я" * 1_000_000)) == 20_000


def test_the_sdk_is_not_imported_by_what_everybody_imports() -> None:
    program = (
        "import sys, bot.channels.telegram.capabilities, bot.channels.telegram.conversation, "
        "bot.channels.vk.capabilities, bot.channels.vk.conversation; "
        "print({'aiogram', 'aiohttp', 'pydantic', 'vk_api', 'requests'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(["update_id", "message", "callback_query", "chat", "id", "from", "type", "x"])
SHAPED = st.recursive(JSON, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@settings(max_examples=300, deadline=None)
@given(SHAPED)
def test_any_json_gives_a_row_that_can_be_stored(raw: Any) -> None:
    row = received(raw)
    assert (row is not None) == isinstance(raw, dict)
    if row is not None:
        assert b"\\u0000" not in orjson.dumps(row.payload)
        assert row.external_id and row.conversation.startswith("telegram:")
        assert storable(row.payload) == row.payload
