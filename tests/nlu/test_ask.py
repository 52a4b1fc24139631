"""``otklik ask --json``."""

from __future__ import annotations

import io
import json

from nlu.ask import ask_lines, to_json
from nlu.matcher import Matcher

KEYS = ["text", "outcome", "slug", "candidates", "engine", "language", "ms"]


def test_the_published_shape(ministry: Matcher) -> None:
    told = to_json(ministry.understand("когда вы работаете"))
    assert list(told) == KEYS
    assert (told["outcome"], told["slug"], told["language"]) == ("answer", "working-hours", "ru")
    assert list(told["candidates"][0]) == ["slug", "score"]
    assert told["candidates"][0]["slug"] == "working-hours"


def test_parts_are_there_only_for_several_questions(ministry: Matcher) -> None:
    told = to_json(ministry.understand("Когда вы работаете? Как зарегистрировать трактор?"))
    assert list(told) == [*KEYS, "parts"]
    assert [list(part) for part in told["parts"]] == [KEYS, KEYS]


def test_one_line_in_one_line_out(ministry: Matcher) -> None:
    lines: list[bytes | str] = [
        "привет\n".encode(),
        b"\n",
        b"\xff\xfe\xd0 bad\n",
        "с\u2028разделителем\n".encode(),
        "грант\r\n".encode(),
        "text\n",
        "\ud800\n",
        b"no end",
    ]
    out = io.StringIO()
    ask_lines(ministry, lines, out)

    told = [json.loads(line) for line in out.getvalue().split("\n")[:-1]]
    assert [entry["text"] for entry in told] == [
        "привет",
        "",
        "\ufffd\ufffd\ufffd bad",
        "с\u2028разделителем",
        "грант",
        "text",
        "?",
        "no end",
    ]
    out.getvalue().encode("utf-8")
