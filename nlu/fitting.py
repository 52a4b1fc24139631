"""Training of the classifier: scikit-learn's multinomial logistic regression.

With three thousand examples and thirty thousand features the problem is small
only when seen from the examples. So the regression is given the factor of their
kernel matrix, which has the same scalar products in a tenth of the columns, and
the weights of the features are read off at the end: the same model, five times
as fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular  # type: ignore[import-untyped]
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from scipy.special import log_softmax  # type: ignore[import-untyped]
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from nlu.classifier import Classifier, centred
from nlu.embedding import SentenceEncoder, installed_encoder
from nlu.features import Floats, Vocabulary, counted, learn_vocabulary
from nlu.regression import fit_softmax
from nlu.training_example import Example, merged

STRENGTH = 5.0
"""Weight of an example against the regularisation (scikit-learn's C), by cross-validation."""
MEANING_WEIGHT = 1.8
"""Sentence vectors against lemmas, by cross-validation."""
BEGINNING = 100
"""Characters of a paragraph whose meaning is read: it says at once what it is about, and reading is dear."""
RIDGE = 1e-3
"""Added to the diagonal of the kernel: two examples may be the same text."""
STRIP = 256
"""Rows of the kernel made at once."""
HELD_OUT = 0.5
"""Share of the samples kept for the calibration; the fewer are learned from, the sooner it is done."""
_FEWEST = 40
"""Fewer samples in all say nothing of the calibration."""

Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Lessons:
    """What is learned from, N examples."""

    kernel: Floats
    """Scalar products of the examples, shape (N, N)."""
    truth: Labels
    """Numbers of their classes, shape (N,)."""
    importance: Floats
    """Shape (N,)."""
    classes: int

    def only(self, rows: NDArray[np.intp]) -> _Lessons:
        kernel = np.ascontiguousarray(self.kernel[np.ix_(rows, rows)])
        return _Lessons(kernel, self.truth[rows], self.importance[rows], self.classes)


def fit(examples: Iterable[Example], *, encoder: bool) -> Classifier:
    """Train on cleaned texts, with the sentence encoder if there is one and it is wished.

    Deterministic, in whatever order the examples come.

    Linear algebra on one thread: several would wait for each other whenever the cores are busy.
    """
    found = installed_encoder() if encoder else None
    with threadpool_limits(limits=1):
        return _fitted(merged(examples), found)


def _fitted(examples: Sequence[Example], encoder: SentenceEncoder | None) -> Classifier:
    labels = tuple(sorted({one.slug for one in examples}))
    numbers = {slug: number for number, slug in enumerate(labels)}
    asked = np.array([one.asked for one in examples])
    vocabulary, sparse = _sparse(examples)
    vectors, centre = _vectors(examples, asked, encoder)
    kernel = _kernel(sparse, vectors)
    truth = np.array([numbers[one.slug] for one in examples], np.intp)
    importance = np.array([one.weight for one in examples], np.float32)
    lessons = _Lessons(kernel, truth, importance, len(labels))
    share, bias = _solve(lessons)
    return Classifier(
        labels=labels,
        vocabulary=vocabulary,
        weights=np.ascontiguousarray(sparse.T @ share, dtype=np.float32),
        meaning=np.ascontiguousarray(MEANING_WEIGHT * (vectors.T @ share), dtype=np.float32),
        centre=centre,
        bias=bias,
        sharpness=_sharpness(lessons, np.flatnonzero(asked)),
        encoder=encoder,
    )


def _sparse(examples: Sequence[Example]) -> tuple[Vocabulary, csr_matrix]:
    """The vocabulary, and the features of every example, shape (N, features)."""
    features = [counted(one.text) for one in examples]
    vocabulary = learn_vocabulary(features)
    rows = [vocabulary.vector(found) for found in features]
    starts = np.cumsum([0, *(len(ids) for ids, _ in rows)])
    ids = np.concatenate([ids for ids, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return vocabulary, csr_matrix((values, ids, starts), shape=(len(rows), len(vocabulary.rarity)))


def _kernel(sparse: csr_matrix, vectors: Floats) -> Floats:
    """Scalar products of all examples, shape (N, N); by strips, for a sparse product of all takes thrice the room."""
    kernel = np.asarray(MEANING_WEIGHT * (vectors @ vectors.T), np.float32)
    turned = sparse.T.tocsr()
    for start in range(0, len(kernel), STRIP):
        kernel[start : start + STRIP] += (sparse[start : start + STRIP] @ turned).toarray()
    kernel.flat[:: len(kernel) + 1] += RIDGE
    return kernel


def _vectors(
    examples: Sequence[Example], asked: NDArray[np.bool_], encoder: SentenceEncoder | None
) -> tuple[Floats, Floats]:
    """Sentence vectors about the mean of what people type, shape (examples, 512), and that mean."""
    if encoder is None:
        return np.zeros((len(examples), 0), np.float32), np.zeros(0, np.float32)
    raw = encoder.encode([one.text if one.asked else _beginning(one.text) for one in examples])
    centre = raw[asked].mean(axis=0)
    return centred(raw, centre), centre


def _beginning(text: str) -> str:
    return text if len(text) <= BEGINNING else text[:BEGINNING].rsplit(" ", 1)[0]


def _solve(lessons: _Lessons) -> tuple[Floats, Floats]:
    """Share of every example in every class, shape (N, classes), and the bias (classes,).

    A class without an example is as unlikely as the unlikeliest one.
    """
    size = len(lessons.truth)
    share, bias = np.zeros((size, lessons.classes), np.float32), np.zeros(lessons.classes, np.float32)
    if len(np.unique(lessons.truth)) < 2:
        return share, bias
    factor = cholesky(lessons.kernel, lower=True, check_finite=False)
    found, free, seen = fit_softmax(factor, lessons.truth, lessons.importance, STRENGTH)
    share[:, seen] = solve_triangular(factor, found, lower=True, trans=1)
    bias[:] = free.min()
    bias[seen] = free
    return share, bias


def _sharpness(lessons: _Lessons, asked: NDArray[np.intp]) -> float:
    """The inverse temperature under which held-out samples are likeliest."""
    if len(asked) < _FEWEST:
        return 1.0
    _, out = train_test_split(asked, test_size=HELD_OUT, random_state=0)
    seen = np.setdiff1d(np.arange(len(lessons.truth)), out)
    share, bias = _solve(lessons.only(seen))
    scores = lessons.kernel[np.ix_(out, seen)] @ share + bias
    rows, truth = np.arange(len(out)), lessons.truth[out]

    def surprise(sharpness: float) -> float:
        return -float(np.mean(log_softmax(scores * sharpness, axis=1)[rows, truth]))

    return float(minimize_scalar(surprise, bounds=(0.2, 5.0), method="bounded").x)
