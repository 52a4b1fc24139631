"""The arithmetic of training: the kernel of examples, the linear system over it, what is kept of sentence vectors.

Regularised least squares over the kernel of the examples. The score that an example would have had, had it been
left out, comes with the solution (R. Rifkin, R. Lippert, "Notes on Regularized Least Squares", 2007, 4.2), so
the calibration sees every sample as a stranger and none is lost for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, eigh, lapack  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from nlu.classifier import MEANING_WEIGHT, Postings, centred, nearness, parts, projected
from nlu.embedding import Encode, SentenceEncoder
from nlu.features import Counted, Floats, Vocabulary, counted, learn_vocabulary
from nlu.training_example import Example

RIDGE = 0.03
"""Doubt about an example of weight 1, on the diagonal of the kernel; by cross-validation."""
COMPONENTS = 128
"""Directions kept of an encoder's sentence vectors: the rest is noise to these texts, by samples left out."""
SPREAD = 0.15
"""Power of a component's variance that it is weighed with: the directions in which texts differ most tell most."""
BEGINNING = 40
"""Characters of a paragraph whose meaning is read: more tells no more, by samples left out, and reading is dear."""
STRIP = 256
"""Rows of the kernel made at once."""
SHARPEST, USUAL = 100.0, 20.0
"""Bounds of the inverse temperature, and what it is where too few samples tell."""
_FEWEST = 40
"""Fewer samples in all say nothing of the calibration."""

Labels = NDArray[np.intp]


def sparse_rows(examples: Sequence[Example]) -> tuple[Vocabulary, csr_matrix]:
    """The vocabulary, and the features of every example, shape (N, features)."""
    features = [counted(one.text) for one in examples]
    vocabulary = learn_vocabulary(features)
    return vocabulary, rows_of(vocabulary, features)


def rows_of(vocabulary: Vocabulary, features: Iterable[Counted]) -> csr_matrix:
    """Features of texts, shape (texts, features)."""
    rows = [vocabulary.vector(found) for found in features]
    starts = np.cumsum([0, *(len(ids) for ids, _ in rows)])
    ids = np.concatenate([ids for ids, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_matrix((values, ids, starts), shape=(len(rows), len(vocabulary.rarity)))


def by_features(sparse: csr_matrix) -> Postings:
    """The same by features, as texts are compared."""
    turned = sparse.tocsc()
    return Postings(turned.indptr.astype(np.int32), turned.indices.astype(np.int32), turned.data.astype(np.float32))


def kernel_of(sparse: csr_matrix, vectors: Floats, encoders: int) -> Floats:
    """Nearness of all examples, shape (N, N); by strips, for a sparse product of all takes thrice the room."""
    like = np.asarray(vectors @ vectors.T, np.float32)
    like *= MEANING_WEIGHT
    turned = sparse.T.tocsr()
    for start in range(0, len(like), STRIP):
        like[start : start + STRIP] += (sparse[start : start + STRIP] @ turned).toarray()
    return nearness(like, encoders=encoders)


def meanings_of(
    examples: Sequence[Example],
    asked: NDArray[np.bool_],
    encoder: SentenceEncoder | None,
    encode: Encode | None,
    centre: Floats | None = None,
    components: Floats | None = None,
) -> tuple[Floats, Floats, Floats]:
    """What every example means, and the mean and components of what people type that it is measured by; they are found
    here where none are given.
    """
    if encoder is None:
        return np.zeros((len(examples), 0), np.float32), np.zeros(0, np.float32), np.zeros((0, 0), np.float32)
    raw = (encode or encoder.encode)([one.text if one.asked else beginning(one.text) for one in examples])
    if centre is None:
        centre = raw[asked].mean(axis=0)
    vectors = centred(raw, centre, encoder.sizes)
    if components is None:
        components = np.vstack([_components(part) for part in parts(vectors[asked], encoder.sizes)])
    return projected(vectors, components, encoder.sizes), centre, components


def _components(vectors: Floats) -> Floats:
    """Principal components of one encoder's vectors, most telling first, shape (dimensions, COMPONENTS).

    Fewer dimensions than components leave the last columns empty.
    """
    moved = (vectors - vectors.mean(axis=0)).astype(np.float64)
    variances, directions = eigh(moved.T @ moved / len(moved))
    kept = (directions * np.maximum(variances, 0.0) ** SPREAD)[:, ::-1][:, :COMPONENTS]
    return np.pad(kept, ((0, 0), (0, COMPONENTS - kept.shape[1]))).astype(np.float32)


def beginning(text: str) -> str:
    return text if len(text) <= BEGINNING else text[:BEGINNING].rsplit(" ", 1)[0]


def solve(kernel: Floats, wanted: Floats, importance: Floats) -> tuple[Floats, Floats, Floats]:
    """What every example says for every class, and its scores had it been left out, both of the shape of ``wanted``,
    (N, classes); and the diagonal of the kernel's inverse, which leads from one to the other.

    The kernel is used up: matrices of this size are not copied.
    """
    size = len(wanted)
    kernel.flat[:: size + 1] += RIDGE / importance
    factor = cholesky(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    share = np.ascontiguousarray(cho_solve((factor, True), wanted, check_finite=False), dtype=np.float32)
    # The diagonal of the kernel's inverse: squares of the columns of its factor's inverse, summed.
    inverse, _ = lapack.strtri(factor, lower=1, overwrite_c=1)
    doubt = np.einsum("ij,ij->j", inverse, inverse).astype(np.float32)
    return share, wanted - share / doubt[:, None], doubt


def sharpness_of(judged: Sequence[tuple[Floats, Labels]]) -> float:
    """The inverse temperature under which left-out samples are likeliest: of scores of all classes, and true ones."""
    count = sum(len(truth) for _, truth in judged)
    if count < _FEWEST:
        return USUAL

    def surprise(sharpness: float) -> float:
        return sum(_surprise(scores * sharpness, truth) for scores, truth in judged) / count

    return _least(surprise, 1.0, SHARPEST)


def _least(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one valley is least, within 1 in 10,000: golden section search (J. Kiefer, 1953).

    scipy's own would be imported for it alone, which takes longer than all the rest of the calibration.
    """
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    one, two = high - golden * (high - low), low + golden * (high - low)
    first, second = value(one), value(two)
    while high - low > 1e-4 * high:
        if first < second:
            high, two, second = two, one, first
            one = high - golden * (high - low)
            first = value(one)
        else:
            low, one, first = one, two, second
            two = low + golden * (high - low)
            second = value(two)
    return (low + high) / 2.0


def _surprise(scores: Floats, truth: Labels) -> float:
    scores -= scores.max(axis=1, keepdims=True)
    true = scores[np.arange(len(truth)), truth]
    return float(np.sum(np.log(np.exp(scores).sum(axis=1)) - true))
