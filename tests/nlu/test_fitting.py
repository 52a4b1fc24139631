"""Fitting: small packs, weights, repeatable results."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.fitting import fit
from nlu.solving import COMPONENTS, _components, solve
from nlu.training_example import Example

MILK = ["субсидия на молоко", "сколько за литр молока", "сдаю молоко на завод"]
ROADS = ["яма на дороге", "почистите снег", "дорогу замело"]
BEES = ["пчелы погибли", "отравили улей", "пасека у поля"]


def _examples(**said: list[str]) -> list[Example]:
    return [Example(text, slug) for slug, texts in said.items() for text in texts]


def test_three_classes_are_told_apart() -> None:
    classifier = fit(_examples(milk=MILK, roads=ROADS, bees=BEES), encoder=False)
    assert classifier.labels == ("bees", "milk", "roads")
    rows = classifier.probabilities(["литр молока", "снег на дороге", "улей и пчелы"])
    assert [classifier.labels[best] for best in rows.argmax(axis=1)] == ["milk", "roads", "bees"]
    assert np.allclose(rows.sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("slugs", [("milk", "roads"), ("roads", "milk")])
def test_two_classes_are_told_apart(slugs: tuple[str, str]) -> None:
    first, second = slugs
    classifier = fit(_examples(**{first: MILK, second: ROADS}), encoder=False)
    rows = classifier.probabilities(["литр молока", "снег на дороге"])
    assert [classifier.labels[best] for best in rows.argmax(axis=1)] == [first, second]


def test_one_class_is_all_there_is() -> None:
    classifier = fit(_examples(milk=MILK), encoder=False)
    assert classifier.probabilities(["что угодно"]).tolist() == [[1.0]]


def test_a_heavier_example_counts_for_more() -> None:
    def leaning(weight: float) -> float:
        told = Example("грант на молоко", "milk", weight)
        classifier = fit([*_examples(milk=MILK, roads=ROADS, bees=["грант пасеке", *BEES]), told], encoder=False)
        return float(classifier.probabilities(["грант"])[0][classifier.labels.index("milk")])

    assert leaning(0.2) < leaning(1.0) < leaning(5.0)


def test_a_class_with_a_single_sample_survives_the_calibration() -> None:
    many = [f"{text} {number}" for text in (*MILK, *ROADS) for number in range(8)]
    classifier = fit([*_examples(milk=many[:24], roads=many[24:]), Example("пчелы", "bees")], encoder=False)
    assert 1.0 <= classifier.sharpness <= 100.0
    assert classifier.labels[int(classifier.probabilities(["пчелы"])[0].argmax())] == "bees"


def test_scores_of_samples_left_out_are_those_of_an_engine_that_never_had_them() -> None:
    rng = np.random.default_rng(0)
    points, truth, weights = rng.normal(size=(30, 4)), np.arange(30) % 3, np.linspace(0.5, 2.0, 30).astype(np.float32)
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(axis=2)).astype(np.float32)
    wanted = np.eye(3, dtype=np.float32)[truth]
    _, left_out, _ = solve(kernel.copy(), wanted, weights)
    others = np.arange(30) != 7
    share, _, _ = solve(kernel[np.ix_(others, others)].copy(), wanted[others], weights[others])
    assert np.allclose(left_out[7], kernel[7, others] @ share, atol=1e-4)


def test_few_or_equal_sentences_have_components_too() -> None:
    for vectors in (np.eye(3, 8), np.ones((1, 8)), np.zeros((5, 200))):
        found = _components(vectors.astype(np.float32))
        assert found.shape == (vectors.shape[1], COMPONENTS)
        assert np.isfinite(found).all()


def test_the_same_examples_give_the_same_engine() -> None:
    first, second = (fit(_examples(milk=MILK, roads=ROADS, bees=BEES), encoder=False) for _ in range(2))
    assert np.array_equal(first.share, second.share)
    assert np.array_equal(first.vectors, second.vectors)
