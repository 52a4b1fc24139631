"""What the two homes of the classifier share. Run by both Pythons (tests/nlu/rasa/test_shared_modules.py)."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from nlu.embedding import installed_encoder
from nlu.engine_cache import load, save
from nlu.familiar import Familiar
from nlu.features import counted, learn_vocabulary
from nlu.fitting import fit
from nlu.training_example import Example, merged
from nlu.words import lemma

LEARNED = [
    *(Example(text, "milk") for text in ("субсидия на молоко", "сколько за литр молока", "сдаю молоко на завод")),
    *(Example(text, "roads") for text in ("яма на дороге", "почистите снег", "дорогу замело")),
    Example("субсидию платят за каждый литр", "milk", 0.4, asked=False),
]


def test_words_get_the_same_dictionary_forms() -> None:
    assert [lemma(word) for word in ("дорогу", "овец", "коровами", "grants")] == ["дорога", "овца", "корова", "grants"]


def test_the_encoder_gives_the_same_vectors() -> None:
    encoder = installed_encoder()
    assert encoder is not None
    one, other = encoder.encode(["сколько платят за литр молока", "как доплачивают за молоко"])
    assert abs(float(one @ other) - 0.72581) < 1e-4
    assert np.allclose(one[:3], [-0.01879, -0.05063, 0.01015], atol=1e-4)


def test_features_are_weighed_alike() -> None:
    vocabulary = learn_vocabulary([counted(one.text) for one in LEARNED])
    ids, values = vocabulary.vector(counted("литр молока"))
    assert len(ids) == 33
    assert abs(float(np.square(values).sum()) - 3.0) < 1e-5  # length 1 for lemmas, and the root of 2 for characters
    assert abs(float(values.sum()) - 9.38603) < 1e-4


def test_the_order_of_the_examples_does_not_matter() -> None:
    shuffled = random.Random(1).sample(LEARNED, len(LEARNED))
    first, second = (fit(told, encoder=True).probabilities(["литр"]) for told in (LEARNED, shuffled))
    assert np.array_equal(first, second)


def test_what_is_told_twice_weighs_twice() -> None:
    assert merged([Example("снег", "roads"), Example("снег", "roads", 0.5)]) == (Example("снег", "roads", 1.5),)
    assert len(merged([Example("снег", "roads"), Example("снег", "roads", asked=False), Example("снег", "milk")])) == 3


def test_a_kept_classifier_tells_the_same(tmp_path: Path) -> None:
    fitted = fit(LEARNED, encoder=True)
    save(fitted, Familiar({}, {}, {}), tmp_path / "kept.npz")
    kept = load(tmp_path / "kept.npz", encoder=True)
    assert kept is not None
    assert np.array_equal(kept[0].probabilities(["снег на дороге"]), fitted.probabilities(["снег на дороге"]))
