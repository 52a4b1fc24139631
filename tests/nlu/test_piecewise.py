"""A large pack is learned by pieces: as well as whole, and an edit costs the pieces that it concerns."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.schema import Pack
from nlu import engine_cache, lesson_book, piecewise
from nlu.evaluate import evaluate
from nlu.evaluate_data import pack_questions
from nlu.examples import lessons, told_by
from nlu.matcher import Matcher
from nlu.solving import solve

FIGURES = Path(__file__).with_name("figures.json")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that the demonstration pack has several."""
    monkeypatch.setattr(piecewise, "MANY_CLASSES", 10)
    monkeypatch.setattr(piecewise, "MANY_EXAMPLES", 10)


class Solved:
    """How often a piece was solved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0

        def counted(*arguments: np.ndarray) -> tuple[np.ndarray, ...]:
            self.times += 1
            return solve(*arguments)

        monkeypatch.setattr(piecewise, "solve", counted)


def edited(pack: Pack, version: str, sample: str) -> Pack:
    template = pack.templates["working-hours"]
    samples = {**template.samples, "ru": (*template.samples["ru"], sample)}
    newer = {**pack.templates, "working-hours": template.model_copy(update={"samples": samples})}
    return pack.model_copy(update={"version": version, "templates": newer})


@pytest.mark.requirement("A1", "K3")
def test_by_pieces_as_good_as_whole(
    ministry: Matcher, ministry_pack: Pack, sentences: Path, small_pieces: None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Held-out questions, within what a handful of them is; an edit solves few pieces, and what is kept is the same."""
    shutil.copytree(sentences, tmp_path / "sentences")
    solved = Solved(monkeypatch)
    questions = pack_questions(ministry_pack)
    engine = Matcher.fit(ministry_pack, tmp_path)
    whole, parted = json.loads(FIGURES.read_text())["pack"], evaluate(engine, questions).shares
    assert engine.classifier.pieces is not None
    assert len(engine.classifier.pieces.all) == solved.times == 4
    assert parted.first >= whole["first"] - 0.01
    assert parted.within_three >= whole["within_three"] - 0.01
    assert parted.wrong_given <= whole["wrong_given"] + 0.005
    assert parted.rejected >= whole["rejected"]
    newer = edited(ministry_pack, "newer", "шуршунчики фырчат когда")
    solved.times = 0
    learned = Matcher.fit(newer, tmp_path)
    assert 0 < solved.times < 4
    assert learned.understand("когда же фырчат шуршунчики").slug == "working-hours"
    texts = [question.text.lower() for question in questions[:50]]
    kept = engine_cache.load(engine_cache.cache_file(tmp_path, "newer", encoder=True), encoder=True)
    assert kept is not None
    assert np.array_equal(learned.classifier.probabilities(texts), kept[0].probabilities(texts))
    told = learned.classifier.left_out([0, 1], learned.lessons[0].slug)
    assert np.allclose(told.sum(axis=1), 1.0, atol=1e-4)


def test_texts_are_cleaned_once(ministry_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taught = lessons(ministry_pack)
    lesson_book.write(tmp_path, taught)
    known = lesson_book.read(tmp_path)
    assert known == taught
    cleaned: list[str] = []

    def prepared(text: str, *_: object, **__: object) -> str:
        cleaned.append(text)
        return text.lower()

    monkeypatch.setattr("nlu.examples.prepared", prepared)
    again = lessons(edited(ministry_pack, "newer", "шуршунчики"), known)
    assert "шуршунчики" in cleaned
    assert len(cleaned) < 80
    assert len(told_by(again)) >= len(told_by(taught))
    (path,) = tmp_path.iterdir()
    path.write_text('{"a": 1}')
    assert lesson_book.read(tmp_path) == {}
