"""Training on many examples of many classes: by pieces, of which a change concerns few.

The system of all examples would not fit into any memory, and would be solved anew for every edit. So classes that are
like each other are solved together, with the examples of the classes nearest to them and some of all others as what
they are not (divide and conquer: Y. Zhang, J. Duchi, M. Wainwright, "Divide and Conquer Kernel Ridge Regression", 2013;
here by likeness, as a text is judged by the pieces near to it). What examples are compared by (rarity of features, mean
and components of sentence vectors, where pieces part) is learned from all of them once and stays for the next
fittings, until a fifth of the texts is new; so a piece whose examples are the same is the same, and is kept on disk.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from nlu.classifier import MEANING_WEIGHT, Classifier, nearness
from nlu.embedding import Encode, SentenceEncoder
from nlu.features import Counted, Floats, Ints, Vocabulary, counted
from nlu.ground import Ground, cuts, lay, read_ground, write_ground
from nlu.pieces import Piece, Pieces, homes_of
from nlu.solving import STRIP, Labels, by_features, kernel_of, meanings_of, rows_of, sharpness_of, solve
from nlu.training_example import Example
from nlu.whole_files import write_arrays

MANY_CLASSES, MANY_EXAMPLES = 150, 6_000
"""From both on, by pieces; a smaller pack is solved as one."""
OUTSIDE, ANYWHERE = 2_000, 300
"""Examples of the nearest other classes, and of any, that a piece learns beside its own."""
JUDGED = 3_000
"""Samples that the calibration judges."""
SPARE = 100
"""Files of pieces kept beside twice those of the last fitting."""
_CHANCE = 64
"""Directions of chance that stand for meanings where there is no encoder."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Examples as numbers."""

    lessons: Sequence[Example]
    vocabulary: Vocabulary
    sparse: csr_matrix
    vectors: Floats
    encoders: int
    truth: Labels
    importance: Floats
    asked: NDArray[np.bool_]
    centroids: Floats
    """What the examples of every class mean on average, of length 1, shape (C, dimensions)."""
    sizes: Ints
    """Examples of every class."""


def is_large(lessons: Sequence[Example]) -> bool:
    """Whether these are learned by pieces."""
    return len(lessons) >= MANY_EXAMPLES and len({one.slug for one in lessons}) >= MANY_CLASSES


def fit_pieces(
    lessons: Sequence[Example], encoder: SentenceEncoder | None, encode: Encode | None, folder: Path | None
) -> Classifier:
    """Train on examples in the order of ``merged``; what the next fitting can use is kept in ``folder``."""
    home, name = folder / "pieces" if folder else None, encoder.name if encoder else ""
    labels = tuple(sorted({one.slug for one in lessons}))
    features = [counted(one.text) for one in lessons]
    ground = read_ground(home, name) if home else None
    if ground is None or ground.is_outgrown_by(lessons):
        asked = np.array([one.asked for one in lessons])
        _, centre, components = meanings_of(lessons, asked, encoder, encode)
        ground = lay(lessons, features, centre, components)
    known = _known(lessons, labels, features, ground, encoder, encode)
    if ground.sharpness is None:
        ground = replace(ground, cuts=cuts(known.centroids, known.sizes))
    pieces = tuple(_pieces(known, ground, home))
    said = Pieces(pieces, homes_of(pieces, len(lessons)), len(labels))
    if ground.sharpness is None:
        ground = replace(ground, sharpness=_sharpness(known, said))
        if home:
            write_ground(home, name, ground)
    assert ground.sharpness is not None, "it was found just now"
    return Classifier(
        labels=labels,
        vocabulary=known.vocabulary,
        postings=by_features(known.sparse),
        vectors=known.vectors,
        centre=ground.centre,
        components=ground.components,
        share=np.zeros((len(lessons), 0), np.float32),
        sharpness=ground.sharpness,
        encoder=encoder,
        doubt=said.doubt,
        pieces=said,
    )


def _known(
    lessons: Sequence[Example],
    labels: Sequence[str],
    features: Sequence[Counted],
    ground: Ground,
    encoder: SentenceEncoder | None,
    encode: Encode | None,
) -> _Known:
    numbers = {slug: number for number, slug in enumerate(labels)}
    truth = np.array([numbers[one.slug] for one in lessons], np.intp)
    asked = np.array([one.asked for one in lessons])
    vocabulary = ground.vocabulary_for(features)
    sparse = rows_of(vocabulary, features)
    vectors, _, _ = meanings_of(lessons, asked, encoder, encode, ground.centre, ground.components)
    sizes = np.bincount(truth, minlength=len(labels)).astype(np.int32)
    return _Known(
        lessons,
        vocabulary,
        sparse,
        vectors,
        len(encoder.sizes) if encoder else 0,
        truth,
        np.array([one.weight for one in lessons], np.float32),
        asked,
        _centroids(vectors if vectors.shape[1] else _by_chance(sparse), truth, sizes),
        sizes,
    )


def _by_chance(sparse: csr_matrix) -> Floats:
    chance = np.random.default_rng(0).standard_normal((sparse.shape[1], _CHANCE), np.float32)
    return np.asarray(sparse @ chance, np.float32)


def _centroids(vectors: Floats, truth: Labels, sizes: Ints) -> Floats:
    sums: Floats = np.zeros((len(sizes), vectors.shape[1]), np.float32)
    np.add.at(sums, truth, vectors)
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    return sums


def _sharpness(known: _Known, said: Pieces) -> float:
    """By some of the samples, each judged by all pieces near to it as if it had been left out."""
    asked = np.flatnonzero(known.asked)
    chosen = np.sort(np.random.default_rng(0).permutation(asked)[:JUDGED])
    turned, found = known.sparse.T.tocsr(), []
    for start in range(0, len(chosen), STRIP):
        rows = chosen[start : start + STRIP]
        like = MEANING_WEIGHT * (known.vectors[rows] @ known.vectors.T) + (known.sparse[rows] @ turned).toarray()
        kernel = nearness(np.asarray(like, np.float32), encoders=known.encoders)
        kernel[np.arange(len(rows)), rows] = 0.0
        scores = said.scores(kernel, rows)
        scores[np.arange(len(rows)), known.truth[rows]] += 1.0
        found.append((scores, known.truth[rows]))
    return sharpness_of(found)


def _pieces(known: _Known, ground: Ground, home: Path | None) -> Iterator[Piece]:
    """Each, from the disk where it was solved before."""
    leaves = ground.leaves(known.centroids)
    by_class = np.split(np.arange(len(known.lessons), dtype=np.int32), np.cumsum(known.sizes)[:-1])
    texts = [f"{one.slug}\0{one.weight}\0{one.asked}\0{one.text}\0".encode("utf-8", "replace") for one in known.lessons]
    ranks = [hashlib.blake2b(text, digest_size=8).digest() for text in texts]
    anywhere = np.array(sorted(range(len(ranks)), key=ranks.__getitem__), np.int32)
    used = []
    for leaf in np.unique(leaves):
        columns = np.flatnonzero(leaves == leaf).astype(np.int32)
        own = np.concatenate([by_class[column] for column in columns])
        rows = np.concatenate((own, _outside(known, columns, own, by_class, anywhere)))
        made = hashlib.blake2b(f"{ground.name} {len(own)} ".encode(), digest_size=16)
        for row in rows:
            made.update(texts[row])
        path = home / f"{made.hexdigest()}.npz" if home else None
        piece = _read(path, rows, len(own), columns) if path and ground.sharpness is not None else None
        if piece is None:
            piece = _solved(known, rows, len(own), columns)
            if path:
                write_arrays(path, share=piece.share, doubt=piece.doubt)
        if path:
            used.append(path)
        yield piece
    _tidy(used)


def _outside(known: _Known, columns: Ints, own: Ints, by_class: Sequence[Ints], anywhere: Ints) -> Ints:
    """Examples of the classes that are nearest to one of these, and some of any."""
    near = (known.centroids[columns] @ known.centroids.T).max(axis=0)
    near[columns] = -np.inf
    order = np.argsort(-near, kind="stable")[: len(near) - len(columns)]
    enough = int(np.searchsorted(np.cumsum(known.sizes[order]), OUTSIDE)) + 1
    found = [by_class[column] for column in order[:enough]]
    taken = np.zeros(len(anywhere), np.bool_)
    for rows in (own, *found):
        taken[rows] = True
    return np.concatenate((*found, anywhere[~taken[anywhere]][:ANYWHERE]))


def _solved(known: _Known, rows: Ints, own: int, columns: Ints) -> Piece:
    wanted: Floats = np.zeros((len(rows), len(columns)), np.float32)
    wanted[np.arange(own), np.searchsorted(columns, known.truth[rows[:own]])] = 1.0
    kernel = kernel_of(known.sparse[rows], known.vectors[rows], known.encoders)
    share, _, doubt = solve(kernel, wanted, known.importance[rows])
    return Piece(rows, own, columns, share, doubt)


def _read(path: Path, rows: Ints, own: int, columns: Ints) -> Piece | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            share, doubt = (np.asarray(arrays[name], np.float32) for name in ("share", "doubt"))
        os.utime(path)
    except (OSError, ValueError, KeyError):
        return None
    fits = share.shape == (len(rows), len(columns)) and doubt.shape == (len(rows),)
    return Piece(rows, own, columns, share, doubt) if fits else None


def _tidy(used: Sequence[Path]) -> None:
    """Pieces that nobody has needed for long go."""
    if not used:
        return
    files = [file for file in used[0].parent.glob("*.npz") if not file.name.startswith("ground-")]
    for file in sorted(files, key=lambda one: one.stat().st_mtime, reverse=True)[2 * len(used) + SPARE :]:
        file.unlink(missing_ok=True)
