"""The sentence encoder is a help, never a condition."""

from __future__ import annotations

from collections.abc import Iterator

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


def test_vectors_have_length_one_and_long_texts_are_cut() -> None:
    encoder = embedding.installed_encoder()
    assert encoder is not None
    long = "слово " * 5_000
    vectors = encoder.encode(["привет", long, long + "слово"])
    assert vectors.shape == (3, 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    assert encoder.encode([]).shape == (0, 512)
