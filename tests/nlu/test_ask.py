"""``otklik ask --json`` and the figures of an engine."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

from nlu.ask import ask_lines, to_json
from nlu.evaluate import evaluate
from nlu.matcher import Matcher
from nlu.understanding import Candidate, Outcome, Understanding

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


class _Scripted:
    name = "scripted"

    def __init__(self, said: dict[str, tuple[Outcome, str | None, tuple[str, ...]]]) -> None:
        self._said = said

    def understand(self, text: str) -> Understanding:
        outcome, slug, slugs = self._said[text]
        candidates = tuple(Candidate(name, 0.5) for name in slugs)
        return Understanding(text, outcome, slug, candidates, self.name, "ru", 0.0)

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        return [self.understand(text) for text in texts]


def test_an_engine_is_measured() -> None:
    engine = _Scripted(
        {
            "right": (Outcome.ANSWER, "a", ("a", "b")),
            "wrong": (Outcome.ANSWER, "b", ("b", "c", "a")),
            "asked": (Outcome.CLARIFY, "a", ("a",)),
            "lost": (Outcome.UNKNOWN, None, ("b",)),
            "outside": (Outcome.UNKNOWN, None, ("b",)),
            "outside, answered": (Outcome.COMMAND, "b", ("b",)),
        }
    )
    report = evaluate(
        engine,
        [("right", "a"), ("wrong", "a"), ("asked", "a"), ("lost", "a"), ("outside", None), ("outside, answered", None)],
    )
    assert (report.questions, report.out_of_scope) == (4, 2)
    assert (report.first, report.within_three) == (0.5, 0.75)
    assert (report.answered_right, report.wrong_given) == (0.25, 0.25)
    assert (report.asked_back, report.unknown) == (0.25, 0.25)
    assert (report.rejected, report.out_of_scope_answered) == (0.5, 0.5)
    assert report.confusions == (("a", "b", 2), ("out-of-scope", "b", 1))
