"""What the examples of a large pack are compared by: learned from all of them once, the same for the next fittings."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlu.features import Counted, Floats, Ints, Vocabulary, learn_vocabulary
from nlu.training_example import Example
from nlu.whole_files import write_arrays

OUTGROWN = 0.2
"""Share of texts that were not there when it was laid, from which on it is laid anew."""
OWN = 1_500
"""Examples of a piece, at most, when pieces are parted."""
_DIGEST = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ground:
    """Immutable. Two texts are as like on the same ground whatever else is learned beside them."""

    name: str
    texts: frozenset[bytes]
    """Digests of the texts it was laid from."""
    vocabulary: Vocabulary
    common: frozenset[str]
    """Features that told nothing: those of words after a space, those of letters as they are."""
    centre: Floats
    components: Floats
    """As in ``Classifier``."""
    cuts: dict[int, tuple[Floats, float]]
    """Where classes part: a direction and a place on it, by the number of a node; below node n are 2n and 2n + 1."""
    sharpness: float | None = None

    def is_outgrown_by(self, lessons: Sequence[Example]) -> bool:
        """Whether too many texts are new."""
        return sum(digest(one.text) not in self.texts for one in lessons) > OUTGROWN * len(lessons)

    def vocabulary_for(self, features: Sequence[Counted]) -> Vocabulary:
        """With what new texts bring; a new feature is as rare as one that a single text has."""
        known = self.vocabulary
        words = dict.fromkeys(
            one for found in features for one in found[0] if one not in known.words and f" {one}" not in self.common
        )
        letters = dict.fromkeys(
            one for found in features for one in found[1] if one not in known.characters and one not in self.common
        )
        numbers = {name: number for number, name in enumerate((*known.words, *words))}
        characters = {name: number for number, name in enumerate((*known.characters, *letters), start=len(numbers))}
        rare = math.log((1 + len(self.texts)) / 2) + 1.0
        halves = known.rarity[: len(known.words)], known.rarity[len(known.words) :]
        new = np.full(len(words), rare, np.float32), np.full(len(letters), rare, np.float32)
        return Vocabulary(numbers, characters, np.concatenate((halves[0], new[0], halves[1], new[1])))

    def leaves(self, centroids: Floats) -> Ints:
        """The number of the piece of every class, shape (C,), by what its examples are on average, (C, dimensions)."""
        at: Ints = np.ones(len(centroids), np.int32)
        for node, (direction, place) in sorted(self.cuts.items()):
            here = at == node
            at[here] = 2 * node + (centroids[here] @ direction > place)
        return at


def digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST).digest()


def lay(lessons: Sequence[Example], features: Sequence[Counted], centre: Floats, components: Floats) -> Ground:
    """From all examples; pieces are still to be parted."""
    vocabulary = learn_vocabulary(features)
    common = {f" {one}" for found in features for one in found[0] if one not in vocabulary.words}
    common |= {one for found in features for one in found[1] if one not in vocabulary.characters}
    texts = frozenset(digest(one.text) for one in lessons)
    name = hashlib.blake2b(b"".join(sorted(texts)), digest_size=_DIGEST).hexdigest()
    return Ground(name, texts, vocabulary, frozenset(common), centre, components, {})


def cuts(centroids: Floats, sizes: Ints) -> dict[int, tuple[Floats, float]]:
    """Where to part classes with so many examples each, so that no piece has more than OWN: always in two halves,
    along the direction in which they differ most.
    """
    found: dict[int, tuple[Floats, float]] = {}
    waiting = [(1, np.arange(len(sizes)))]
    while waiting:
        node, here = waiting.pop()
        if sizes[here].sum() <= OWN or len(here) < 2:
            continue
        moved = centroids[here] - centroids[here].mean(axis=0)
        direction = np.linalg.eigh((moved.T @ moved).astype(np.float64))[1][:, -1].astype(np.float32)
        along = centroids[here] @ direction
        order = np.argsort(along, kind="stable")
        middle = int(np.searchsorted(np.cumsum(sizes[here][order]), sizes[here].sum() / 2))
        middle = min(max(middle, 0), len(here) - 2)
        place = float((along[order[middle]] + along[order[middle + 1]]) / 2)
        after = along > place
        if after.all() or not after.any():
            continue
        found[node] = direction, place
        waiting += [(2 * node, here[~after]), (2 * node + 1, here[after])]
    return found


def write_ground(folder: Path, encoder: str, ground: Ground) -> None:
    """For the next fittings with this encoder."""
    nodes = sorted(ground.cuts)
    description = {
        "name": ground.name,
        "words": list(ground.vocabulary.words),
        "characters": list(ground.vocabulary.characters),
        "common": sorted(ground.common),
        "sharpness": ground.sharpness,
        "nodes": nodes,
        "places": [ground.cuts[node][1] for node in nodes],
    }
    write_arrays(
        _path(folder, encoder),
        description=np.frombuffer(json.dumps(description, ensure_ascii=False).encode(), np.uint8),
        texts=np.frombuffer(b"".join(sorted(ground.texts)), np.uint8).reshape(-1, _DIGEST),
        rarity=ground.vocabulary.rarity,
        centre=ground.centre,
        components=ground.components,
        directions=np.stack([ground.cuts[node][0] for node in nodes]) if nodes else np.zeros((0, 0), np.float32),
    )


def read_ground(folder: Path, encoder: str) -> Ground | None:
    """The one that was kept; None where there is none, or it is damaged."""
    path = _path(folder, encoder)
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            told = json.loads(arrays["description"].tobytes().decode())
            rarity, centre, components, directions = (
                np.asarray(arrays[name], np.float32) for name in ("rarity", "centre", "components", "directions")
            )
            texts = frozenset(one.tobytes() for one in np.asarray(arrays["texts"], np.uint8))
        words = {name: number for number, name in enumerate(told["words"])}
        characters = {name: number for number, name in enumerate(told["characters"], start=len(words))}
        if rarity.shape != (len(words) + len(characters),) or len(directions) != len(told["nodes"]):
            raise ValueError("the arrays do not fit each other")
        parted = zip(told["nodes"], directions, told["places"], strict=True)
        return Ground(
            told["name"],
            texts,
            Vocabulary(words, characters, rarity),
            frozenset(told["common"]),
            centre,
            components,
            {node: (direction, place) for node, direction, place in parted},
            told["sharpness"],
        )
    except Exception as error:  # noqa: BLE001 - whatever a damaged file brings up, the remedy is the same
        _log.warning("%s is damaged: all is learned anew: %s", path.name, error)
        return None


def _path(folder: Path, encoder: str) -> Path:
    """By what shapes it: the encoder, and how texts become features."""
    made = hashlib.sha256(encoder.encode())
    for name in ("features.py", "words.py", "ground.py", "pieces.py", "piecewise.py", "solving.py", "classifier.py"):
        made.update((Path(__file__).parent / name).read_bytes())
    return folder / f"ground-{made.hexdigest()[:12]}.npz"
