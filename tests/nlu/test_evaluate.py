"""The figures of an engine, and the files that questions come from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from knowledge_base.schema import Pack
from nlu.evaluate import Report, evaluate
from nlu.evaluate_data import DataError, Question, pack_of, read_questions
from nlu.evaluate_report import Evaluation, Run, as_json, as_markdown, as_table, write
from nlu.matcher import Matcher
from nlu.understanding import Candidate, Outcome, Understanding


class _Scripted:
    name = "scripted"

    def __init__(self, said: dict[str, tuple[Outcome, str | None, tuple[str, ...]]], score: float = 0.5) -> None:
        self._said, self._score = said, score

    def understand(self, text: str) -> Understanding:
        outcome, slug, slugs = self._said[text]
        candidates = tuple(Candidate(name, self._score) for name in slugs)
        return Understanding(text, outcome, slug, candidates, self.name, "ru", 0.0)

    def understand_all(self, texts: Sequence[str]) -> list[Understanding]:
        return [self.understand(text) for text in texts]


ENGINE = _Scripted(
    {
        "right": (Outcome.ANSWER, "a", ("a", "b")),
        "wrong": (Outcome.ANSWER, "b", ("b", "c", "a")),
        "asked": (Outcome.CLARIFY, "a", ("a",)),
        "lost": (Outcome.UNKNOWN, None, ("b",)),
        "outside": (Outcome.UNKNOWN, None, ("b",)),
        "outside, answered": (Outcome.COMMAND, "b", ("b",)),
    }
)
QUESTIONS = [
    Question("right", "a", "terse"),
    Question("wrong", "a", "typo"),
    Question("asked", "a", "terse"),
    Question("lost", "a", "typo"),
    Question("outside", None),
    Question("outside, answered", None),
]


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(ENGINE, QUESTIONS)


def test_an_engine_is_measured(report: Report) -> None:
    told = report.shares
    assert (told.questions, told.out_of_scope) == (4, 2)
    assert (told.first, told.within_three) == (0.5, 0.75)
    assert (told.answered_right, told.wrong_given) == (0.25, 0.25)
    assert (told.asked_back, told.unknown) == (0.25, 0.25)
    assert (told.rejected, told.out_of_scope_answered) == (0.5, 0.5)
    assert report.confusions == (("a", "b", 2), ("out-of-scope", "b", 1))


def test_accuracy_and_f1_give_every_question_one_class(report: Report) -> None:
    # a: two of four found, nothing else taken for it; out of scope: one of two found, one of another taken for it.
    assert report.shares.accuracy == 0.5
    assert report.shares.macro_f1 == round((2 * 2 / (4 + 2) + 2 * 1 / (2 + 2)) / 2, 4)


def test_without_questions_out_of_scope_a_doubtful_guess_still_counts() -> None:
    engine = _Scripted({"lost": (Outcome.UNKNOWN, None, ("a", "b"))})
    assert evaluate(engine, [Question("lost", "a")]).shares.accuracy == 1.0


def test_every_style_has_its_figures(report: Report) -> None:
    assert {style: told.first for style, told in report.styles.items()} == {"terse": 1.0, "typo": 0.0}


def test_the_calibration_error_is_the_distance_of_score_and_truth(report: Report) -> None:
    # Six scores of 0.5, two of them right.
    assert report.calibration.error == round(abs(0.5 - 2 / 6), 4)
    sure = evaluate(_Scripted({"x": (Outcome.ANSWER, "a", ("a",))}, score=1.0), [Question("x", "a")])
    assert sure.calibration.error == 0.0
    assert [one.count for one in sure.calibration.bins][-1] == 1


def test_a_report_is_written_in_all_forms(report: Report, tmp_path: Path) -> None:
    run = Run("scripted", report, 1.5, 1.2, 100.0, unlearned=("zz",))
    evaluation = Evaluation("the pack", "a file", (run,))
    assert "wrong answer given            0.250" in as_table(evaluation)
    assert "zz" in as_table(evaluation)
    assert "| terse | 2 | 1.000 |" in as_markdown(evaluation)
    told = as_json(evaluation)["engines"]["scripted"]
    assert (told["first"], told["pace"]["ms_p99"] >= 0, told["rss_mb"]) == (0.5, True, 100.0)
    names = {path.name for path in write(evaluation, tmp_path / "new" / "folder")}
    assert names == {"report.json", "report.md", "reliability-scripted.svg", "confusions-scripted.svg"}
    assert json.loads((tmp_path / "new/folder/report.json").read_text())["engines"]["scripted"]["first"] == 0.5
    for name in ("reliability-scripted.svg", "confusions-scripted.svg"):
        assert ElementTree.parse(tmp_path / "new" / "folder" / name).getroot().tag.endswith("svg")


def test_questions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    lines = ['{"text": "а", "intent": "x"}', "", '{"text": "б", "intent": null, "style": "typo", "more": 1}']
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert read_questions(path) == [Question("а", "x"), Question("б", None, "typo")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"text": "x", "intent": "a"', "not JSON"),
        (b'{"text": "\xff", "intent": "a"}', "not UTF-8"),
        (b'["x"]', "not a JSON object"),
        (b'{"intent": "a"}', '"text" is missing'),
        (b'{"text": "  ", "intent": "a"}', '"text" is missing'),
        (b'{"text": "x"}', '"intent" is missing'),
        (b'{"text": "x", "intent": 7}', '"intent" is neither'),
        (b'{"text": "x", "intent": "a", "style": 7}', '"style" is no string'),
        (b"[" * 200_000, "nested too deep"),
    ],
)
def test_a_bad_line_is_named_with_a_remedy(tmp_path: Path, line: bytes, told: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"text": "x", "intent": "a"}\n' + line + b"\n")
    with pytest.raises(DataError) as error:
        read_questions(path)
    assert str(error.value).startswith(f"{path}:2: {told}")
    assert error.value.args[0].count(". ") == 1


def test_an_empty_or_missing_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n")
    for name, told in (("empty.jsonl", "holds no question"), ("none.jsonl", "can't be read")):
        with pytest.raises(DataError, match=told):
            read_questions(tmp_path / name)


def test_an_engine_learns_from_a_file_and_nothing_else(ministry_pack: Pack) -> None:
    lessons = [
        Question(f"{word} {n}", slug) for n in range(12) for word, slug in (("молоко", "milk"), ("яма", "road_x"))
    ]
    lessons += [Question(f"погода {n}", None) for n in range(12)] + [Question("привет", "greeting")]
    pack = pack_of(lessons, ministry_pack)
    assert set(pack.templates) == {"milk", "road_x"}
    assert set(pack.intents) == {"out-of-scope", "greeting"}
    assert not pack.services
    engine = Matcher.fit(pack, encoder=False)
    found = [engine.understand(text) for text in ("литр молока 3", "яма 5", "привет")]
    assert [said.candidates[0].slug for said in found] == ["milk", "road_x", "greeting"]
    assert found[2].outcome is Outcome.SMALLTALK


def test_a_single_intent_teaches_nothing(ministry_pack: Pack) -> None:
    with pytest.raises(DataError, match="two at least"):
        pack_of([Question("молоко", "milk")], ministry_pack)
