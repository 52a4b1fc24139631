"""Telegram's updates with one place bent: read, or malformed, and nothing worse."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.receive import parse
from bot.domain.errors import MalformedUpdate
from bot.domain.messages import Ignored, Incoming, Parsed, StaffIncoming
from tests.channels import test_telegram_groups, test_telegram_parse
from tests.channels.telegram_updates import STAFF, TOKEN

UPDATES = {
    name: payload
    for table in (test_telegram_parse.TABLE, test_telegram_groups.TABLE)
    for name, (payload, _) in table.items()
}

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
@given(st.sampled_from(sorted(UPDATES)), PLACES, JSON, st.booleans())
def test_anything_else_is_malformed_and_nothing_worse(name: str, way: list[int], put: Any, gone: bool) -> None:
    payload = mutated(UPDATES[name], way, put, gone)
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
