"""The sentence encoder is a help, never a condition."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge_base.schema import Pack
from nlu import embedding
from nlu.matcher import Matcher
from nlu.understanding import Outcome


@pytest.fixture
def forgotten() -> Iterator[None]:
    embedding.installed_encoder.cache_clear()
    yield
    embedding.installed_encoder.cache_clear()


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize(
    ("name", "gone"),
    [("_DISTRIBUTION", "no-such-distribution"), ("_MODULE", "no_such_module"), ("_MODULE", "json")],
    ids=["not installed", "cannot be imported", "something else"],
)
def test_without_an_encoder_the_engine_works_on(
    tiny_pack: Pack, monkeypatch: pytest.MonkeyPatch, name: str, gone: str
) -> None:
    monkeypatch.setattr(embedding, name, gone)
    assert embedding.installed_encoder() is None
    understood = Matcher.fit(tiny_pack).understand("какие у вас часы работы по субботам")
    assert (understood.outcome, understood.slug) == (Outcome.ANSWER, "working-hours")


def test_an_operators_own_word_vectors_serve(
    tiny_pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: None
) -> None:
    words = ["часы", "работа", "дорога", "молоко", "снег"]
    (tmp_path / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    np.save(tmp_path / "vectors.npy", np.eye(5, 8, dtype=np.float16))
    monkeypatch.setenv(embedding.VARIABLE, str(tmp_path))
    encoder = embedding.installed_encoder()
    assert encoder is not None
    assert encoder.sizes == (8,)
    assert encoder.name.startswith("words-")
    # The dictionary form is looked up where the form itself is missing; a stranger has no meaning.
    rows = encoder.encode(["часы", "дороги", "зюзя"])
    assert np.flatnonzero(rows[0]).tolist() == [0]
    assert np.flatnonzero(rows[1]).tolist() == [2]
    assert not rows[2].any()
    understood = Matcher.fit(tiny_pack).understand("какие у вас часы работы по субботам")
    assert understood.slug == "working-hours"


@pytest.mark.parametrize("array", [np.zeros((5, 8)), np.zeros(5, np.float32), np.array([{}, {}], object), None])
def test_a_folder_of_another_shape_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: None, array: Any
) -> None:
    (tmp_path / "words.txt").write_text("часы\nработа\n", encoding="utf-8")
    if array is not None:
        np.save(tmp_path / "vectors.npy", array)
    monkeypatch.setenv(embedding.VARIABLE, str(tmp_path))
    assert embedding.installed_encoder() is None


@pytest.mark.requirement("A1")
def test_the_encoder_reads_the_same_without_the_fast_cutter_of_words(
    ministry_pack: Pack, monkeypatch: pytest.MonkeyPatch, forgotten: None
) -> None:
    asked = [text for texts in ministry_pack.questions.values() for text in texts[:1]]
    fast = embedding.installed_encoder()
    assert fast is not None
    assert "sentencepiece" in fast.name

    def without(name: str) -> Any:
        if name == "sentencepiece":
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(embedding, "import_module", without)
    embedding.installed_encoder.cache_clear()
    slow = embedding.installed_encoder()
    assert slow is not None
    assert np.array_equal(fast.encode(asked), slow.encode(asked))


def test_no_encoder_is_a_choice(monkeypatch: pytest.MonkeyPatch, forgotten: None) -> None:
    monkeypatch.setenv(embedding.VARIABLE, "none")
    assert embedding.encoder_name() == ""
    assert embedding.installed_encoder() is None


def test_vectors_have_length_one_and_long_texts_are_cut() -> None:
    encoder = embedding.installed_encoder()
    assert encoder is not None
    long = "слово " * 5_000
    vectors = encoder.encode(["привет", long, long + "слово"])
    assert vectors.shape == (3, 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    assert encoder.encode([]).shape == (0, 512)
