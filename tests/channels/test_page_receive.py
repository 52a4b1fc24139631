"""What a browser posts, what is stored of it, and how the stored row is understood."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.page.capabilities import CAPABILITIES
from bot.channels.page.flood import Flood, Streams
from bot.channels.page.receive import MAX_TEXT, parse, posted, upto
from bot.channels.page.refusal import Refusal
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import Channel, Ignored, Incoming, Kind, StaffIncoming

VISITOR = "abcdefghijklmnopqrstuv"


def body(**values: Any) -> bytes:
    return json.dumps({"id": "one", "kind": "text", "text": "привет", "action": "", **values}).encode()


def test_a_post_becomes_a_row_of_the_visitors_conversation() -> None:
    row = posted(body(id="0b2e-77", language="ru"), VISITOR, "en")
    assert row.channel is Channel.PAGE
    assert row.external_id == f"{VISITOR}:0b2e-77"
    assert row.conversation == f"page:{VISITOR}"
    assert row.payload == {
        "visitor": VISITOR,
        "id": "0b2e-77",
        "kind": "text",
        "text": "привет",
        "action": "",
        "language": "ru",
    }


def test_the_browsers_language_serves_where_the_page_names_none() -> None:
    assert posted(body(), VISITOR, "en").payload["language"] == "en"
    assert posted(body(language="klingon"), VISITOR, "ru").payload["language"] == "ru"


def test_nothing_that_the_database_refuses_is_kept() -> None:
    raw = b'{"id": "x", "kind": "text", "text": "a\\u0000b\\ud83d", "action": ""}'
    assert posted(raw, VISITOR, None).payload["text"] == "ab"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[1, 2]", 400),
        (b"null", 400),
        (b"[" * 60_000, 400),
        (body(id=""), 400),
        (body(id="a b"), 400),
        (body(id="x" * 65), 400),
        (body(id=7), 400),
        (body(kind="file"), 400),
        (body(kind=["text"]), 400),
        (body(kind=None), 400),
        (body(text=None), 400),
        (body(text="   \n"), 400),
        (body(text="\u0000"), 400),
        (body(action=3), 400),
        (body(kind="button", action=""), 400),
        (body(kind="button", action="я" * 200), 400),
        (body(text="x" * (MAX_TEXT + 1)), 422),
    ],
)
def test_what_is_not_ours_is_refused(raw: bytes, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        posted(raw, VISITOR, None)
    assert refused.value.status == status


def test_the_longest_text_is_taken() -> None:
    assert len(posted(body(text="я" * MAX_TEXT), VISITOR, None).payload["text"]) == MAX_TEXT


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"kind": "start"}, Incoming(Channel.PAGE, VISITOR, Kind.START)),
        ({"kind": "text", "text": "где заявка"}, Incoming(Channel.PAGE, VISITOR, Kind.TEXT, "где заявка")),
        ({"kind": "text", "text": "/start"}, Incoming(Channel.PAGE, VISITOR, Kind.START)),
        ({"kind": "text", "text": "/Menu"}, Incoming(Channel.PAGE, VISITOR, Kind.COMMAND, name="menu")),
        (
            {"kind": "text", "text": " /status ОТ-2026-1 \nи ещё"},
            Incoming(Channel.PAGE, VISITOR, Kind.COMMAND, "ОТ-2026-1 \nи ещё", name="status"),
        ),
        ({"kind": "text", "text": "/2 га"}, Incoming(Channel.PAGE, VISITOR, Kind.TEXT, "/2 га")),
        (
            {"kind": "button", "text": "Подробнее", "action": "more:grant"},
            Incoming(Channel.PAGE, VISITOR, Kind.BUTTON, "Подробнее", action="more:grant"),
        ),
        (
            {"kind": "text", "text": "hi", "language": "en"},
            Incoming(Channel.PAGE, VISITOR, Kind.TEXT, "hi", language="en"),
        ),
        ({"kind": "text", "text": "hi", "language": 5}, Incoming(Channel.PAGE, VISITOR, Kind.TEXT, "hi")),
    ],
)
def test_a_row_is_understood(given_: dict[str, Any], expected: Incoming) -> None:
    assert parse({"visitor": VISITOR, "id": "x", "text": "", "action": "", "language": None, **given_}) == expected


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"visitor": VISITOR},
        {"visitor": "", "kind": "text"},
        {"visitor": 5, "kind": "text"},
        {"visitor": VISITOR, "kind": "dance"},
        {"visitor": VISITOR, "kind": "text", "text": {"a": 1}},
        {"visitor": VISITOR, "kind": "button", "action": ["x"]},
        {"visitor": VISITOR, "kind": {"text": 1}},
    ],
)
def test_a_row_that_is_not_the_pages_is_malformed(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedUpdate):
        parse(payload)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "visitor": st.just(VISITOR) | anything,
            "kind": st.sampled_from(["text", "button", "start"]) | anything,
            "text": st.text() | anything,
            "action": st.text() | anything,
            "language": anything,
        },
    )
)
def test_any_row_is_read_or_malformed_and_nothing_else(payload: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedUpdate):
        assert isinstance(parse(payload), Incoming | StaffIncoming | Ignored)


@given(anything, anything, anything, anything)
def test_any_post_is_taken_or_refused_and_nothing_else(key: Any, kind: Any, text: Any, action: Any) -> None:
    raw = json.dumps({"id": key, "kind": kind, "text": text, "action": action}).encode()
    try:
        row = posted(raw, VISITOR, None)
    except Refusal:
        return
    assert isinstance(parse(row.payload), Incoming)


@pytest.mark.parametrize("value", [-1, 2**63, 1.5, True, "7", None, [1]])
def test_only_a_plain_number_is_an_acknowledgement(value: object) -> None:
    with pytest.raises(Refusal):
        upto(json.dumps({"upto": value}).encode())


def test_an_acknowledgement_names_an_id() -> None:
    assert upto(b'{"upto": 42}') == 42


def test_a_burst_passes_and_a_flood_waits() -> None:
    flood = Flood(rate=2, burst=3)
    assert [flood.take("a", 0) for _ in range(3)] == [0, 0, 0]
    assert flood.take("a", 0) == 0.5
    assert flood.take("b", 0) == 0, "another visitor is not held up"
    assert flood.take("a", 0.5) == 0


def test_memory_of_visitors_is_bounded() -> None:
    flood = Flood(rate=1, burst=1, most=2)
    for visitor in "abc":
        flood.take(visitor, 0)
    assert flood.take("c", 0) > 0
    assert flood.take("a", 0) == 0, "the longest silent was forgotten"


def test_the_oldest_stream_gives_way_to_the_newest() -> None:
    streams = Streams(most=2)
    first, second, third = (streams.enter("a") for _ in range(3))
    assert [first.evicted, second.evicted, third.evicted] == [True, False, False]
    for ticket in (first, second, third):
        streams.leave("a", ticket)
    assert streams.count("a") == 0


def test_capabilities_are_the_pages() -> None:
    assert CAPABILITIES.channel is Channel.PAGE
    assert CAPABILITIES.max_text == 4000
    assert CAPABILITIES.max_rows == 6
