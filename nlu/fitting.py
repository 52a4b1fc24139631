"""Training of the classifier: one linear system, the same result everywhere.

Regularised least squares over the kernel of the examples. The score that an example would have had, had it been
left out, comes with the solution (R. Rifkin, R. Lippert, "Notes on Regularized Least Squares", 2007, 4.2), so
the calibration sees every sample as a stranger and none is lost for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, eigh, lapack  # type: ignore[import-untyped]
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from scipy.special import log_softmax  # type: ignore[import-untyped]

from nlu.classifier import MEANING_WEIGHT, Classifier, Postings, centred, nearness, one_thread, parts, projected
from nlu.embedding import Encode, SentenceEncoder, installed_encoder
from nlu.features import Floats, Vocabulary, counted, learn_vocabulary
from nlu.sentences import Remembered
from nlu.training_example import Example, merged

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


def fit(examples: Iterable[Example], *, encoder: bool, sentences: Path | None = None) -> Classifier:
    """Train on cleaned texts, with the sentence encoder if there is one and it is wished.

    ``sentences``: the folder where sentence vectors are kept from one fitting to the next. Deterministic, in whatever
    order the examples come. Needs 4 N² bytes for N examples: 0.5 GB for 11,500.
    """
    one_thread()
    found = installed_encoder() if encoder else None
    remembered = Remembered(found, sentences) if found and sentences else None
    made = _fitted(merged(examples), found, remembered.encode if remembered else None)
    if remembered:
        remembered.keep()
    return made


def _fitted(examples: Sequence[Example], encoder: SentenceEncoder | None, encode: Encode | None) -> Classifier:
    labels = tuple(sorted({one.slug for one in examples}))
    numbers = {slug: number for number, slug in enumerate(labels)}
    asked = np.array([one.asked for one in examples])
    vocabulary, sparse = _sparse(examples)
    vectors, centre, components = _meanings(examples, asked, encoder, encode)
    truth = np.array([numbers[one.slug] for one in examples], np.intp)
    importance = np.array([one.weight for one in examples], np.float32)
    kernel = _kernel(sparse, vectors, len(encoder.sizes) if encoder else 0)
    share, left_out, doubt = _solve(kernel, truth, importance, len(labels))
    by_feature = sparse.tocsc()
    return Classifier(
        labels=labels,
        vocabulary=vocabulary,
        postings=Postings(
            by_feature.indptr.astype(np.int32), by_feature.indices.astype(np.int32), by_feature.data.astype(np.float32)
        ),
        vectors=vectors,
        centre=centre,
        components=components,
        share=share,
        sharpness=_sharpness(left_out[asked], truth[asked]),
        encoder=encoder,
        doubt=doubt,
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


def _kernel(sparse: csr_matrix, vectors: Floats, encoders: int) -> Floats:
    """Nearness of all examples, shape (N, N); by strips, for a sparse product of all takes thrice the room."""
    like = np.asarray(vectors @ vectors.T, np.float32)
    like *= MEANING_WEIGHT
    turned = sparse.T.tocsr()
    for start in range(0, len(like), STRIP):
        like[start : start + STRIP] += (sparse[start : start + STRIP] @ turned).toarray()
    return nearness(like, encoders=encoders)


def _meanings(
    examples: Sequence[Example], asked: NDArray[np.bool_], encoder: SentenceEncoder | None, encode: Encode | None
) -> tuple[Floats, Floats, Floats]:
    """What every example means, and the mean and components of what people type that it is measured by."""
    if encoder is None:
        return np.zeros((len(examples), 0), np.float32), np.zeros(0, np.float32), np.zeros((0, 0), np.float32)
    raw = (encode or encoder.encode)([one.text if one.asked else _beginning(one.text) for one in examples])
    centre = raw[asked].mean(axis=0)
    vectors = centred(raw, centre, encoder.sizes)
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


def _beginning(text: str) -> str:
    return text if len(text) <= BEGINNING else text[:BEGINNING].rsplit(" ", 1)[0]


def _solve(kernel: Floats, truth: Labels, importance: Floats, classes: int) -> tuple[Floats, Floats, Floats]:
    """What every example says for every class, and its scores had it been left out, both of shape (N, classes); and
    the diagonal of the kernel's inverse, which leads from one to the other.

    The kernel is used up: matrices of this size are not copied.
    """
    size = len(truth)
    wanted = np.zeros((size, classes), np.float32)
    wanted[np.arange(size), truth] = 1.0
    kernel.flat[:: size + 1] += RIDGE / importance
    factor = cholesky(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    share = np.ascontiguousarray(cho_solve((factor, True), wanted, check_finite=False), dtype=np.float32)
    # The diagonal of the kernel's inverse: squares of the columns of its factor's inverse, summed.
    inverse, _ = lapack.strtri(factor, lower=1, overwrite_c=1)
    doubt = np.einsum("ij,ij->j", inverse, inverse).astype(np.float32)
    return share, wanted - share / doubt[:, None], doubt


def _sharpness(scores: Floats, truth: Labels) -> float:
    """The inverse temperature under which left-out samples are likeliest."""
    if len(truth) < _FEWEST:
        return USUAL
    rows = np.arange(len(truth))

    def surprise(sharpness: float) -> float:
        return -float(np.mean(log_softmax(scores * sharpness, axis=1)[rows, truth]))

    return float(minimize_scalar(surprise, bounds=(1.0, SHARPEST), method="bounded").x)
