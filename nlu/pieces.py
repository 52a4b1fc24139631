"""What examples say for classes, where both are many: learned by pieces, each of classes that are like each other.

A piece knows its own classes' examples, and beside them some of others', which say that these are none of its own.
A text is judged by the pieces that its nearest examples belong to; the classes of all others say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.features import Floats, Ints

NEAREST = 64
"""Examples nearest to a text whose pieces judge it."""


@dataclass(frozen=True, slots=True)
class Piece:
    rows: Ints
    """Numbers of its examples, its own ``own`` first, shape (n,)."""
    own: int
    columns: Ints
    """Numbers of its classes, shape (c,)."""
    share: Floats
    """What every one of its examples says for every one of its classes, shape (n, c)."""
    doubt: Floats
    """As in ``Classifier``, of its examples, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Every class, and every example as its own, belongs to one of them."""

    all: tuple[Piece, ...]
    homes: Ints
    """The number of every example's piece, shape (N,)."""
    classes: int

    def scores(self, kernel: Floats, strangers: Ints | None = None) -> Floats:
        """Shape (texts, classes), for a kernel of shape (texts, N).

        ``strangers``: the texts are these examples, each judged as if it had never been learned, but for its own class
        by one too little; their kernel to themselves is 0.
        """
        found: Floats = np.zeros((len(kernel), self.classes), np.float32)
        most = min(NEAREST, kernel.shape[1])
        for row, near in enumerate(np.argpartition(kernel, -most, axis=1)[:, -most:]):
            for number in np.unique(self.homes[near]):
                piece = self.all[number]
                found[row, piece.columns] = kernel[row, piece.rows] @ piece.share
                for place in np.flatnonzero(piece.rows == strangers[row]) if strangers is not None else ():
                    found[row, piece.columns] = -piece.share[place] / piece.doubt[place]
        return found

    @property
    def doubt(self) -> Floats:
        """Of every example, shape (N,)."""
        found: Floats = np.empty(len(self.homes), np.float32)
        for piece in self.all:
            found[piece.rows[: piece.own]] = piece.doubt[: piece.own]
        return found

    def said_by(self, places: Sequence[int]) -> Floats:
        """What examples say for every class, shape (places, classes)."""
        found: Floats = np.zeros((len(places), self.classes), np.float32)
        for row, place in enumerate(places):
            piece = self.all[self.homes[place]]
            found[row, piece.columns] = piece.share[np.flatnonzero(piece.rows[: piece.own] == place)[0]]
        return found

    def said_for(self, column: int) -> Floats:
        """What every example says for a class, shape (N,)."""
        found: Floats = np.zeros(len(self.homes), np.float32)
        piece = next(one for one in self.all if column in one.columns)
        found[piece.rows] = piece.share[:, np.flatnonzero(piece.columns == column)[0]]
        return found


def homes_of(pieces: Sequence[Piece], count: int) -> Ints:
    """Raises ValueError where an example, of ``count``, belongs to none or to several."""
    homes: Ints = np.full(count, -1, np.int32)
    for number, piece in enumerate(pieces):
        own = piece.rows[: piece.own]
        if (homes[own] >= 0).any():
            raise ValueError("an example belongs to two pieces")
        homes[own] = number
    if (homes < 0).any():
        raise ValueError("an example belongs to no piece")
    return homes
