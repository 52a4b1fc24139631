"""Fitted classifiers on disk: plain arrays and JSON, no pickle; anything doubtful is fitted anew."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from nlu.classifier import Classifier, Postings
from nlu.embedding import encoder_name, installed_encoder
from nlu.familiar import Familiar
from nlu.features import Ints, Vocabulary
from nlu.pieces import Piece, Pieces, homes_of
from nlu.whole_files import write_arrays

KEPT = 4
"""Files kept in the folder, newest first."""
_log = logging.getLogger(__name__)


def cache_file(folder: Path, pack_version: str, *, encoder: bool) -> Path:
    """Where the classifier of a pack lives: named by everything that shapes it."""
    digest = hashlib.sha256()
    home = Path(__file__).parent
    for path in sorted([*home.glob("*.py"), *home.glob("language/*.yml")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(metadata.version("pymorphy3-dicts-ru").encode())
    digest.update((encoder_name() if encoder else "").encode())
    return folder / f"{pack_version}-{digest.hexdigest()[:12]}.npz"


def save(classifier: Classifier, familiar: Familiar, path: Path) -> None:
    """Write what was fitted so that a reader sees a whole file or none. A failing disk is only logged."""
    description = {
        "familiar": asdict(familiar),
        "labels": classifier.labels,
        "words": list(classifier.vocabulary.words),
        "characters": list(classifier.vocabulary.characters),
        "sharpness": classifier.sharpness,
    }
    write_arrays(
        path,
        description=np.frombuffer(json.dumps(description, ensure_ascii=False).encode(), np.uint8),
        rarity=classifier.vocabulary.rarity,
        starts=classifier.postings.starts,
        holders=classifier.postings.examples,
        amounts=classifier.postings.values,
        vectors=classifier.vectors,
        centre=classifier.centre,
        components=classifier.components,
        share=classifier.share,
        doubt=classifier.doubt,
        **_flat(classifier.pieces),
    )
    _prune(path.parent)


def adopt(former: Path, path: Path) -> None:
    """What was fitted for a draft serves its release: the file moves, unless there is one already."""
    try:
        if former.is_file() and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(former, path)
    except OSError as error:
        _log.warning("the engine of a draft could not be taken over: %s", error)


def _prune(folder: Path) -> None:
    try:
        files = sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[KEPT:]:
            file.unlink(missing_ok=True)
    except OSError as error:  # another process tidies up as well, or the disk fails
        _log.warning("old engines in %s could not be removed: %s", folder, error)


def load(path: Path, *, encoder: bool) -> tuple[Classifier, Familiar] | None:
    """What is kept in ``path``; None when there is nothing or it is damaged."""
    if not path.is_file():
        return None
    try:
        return _read(path, encoder=encoder)
    except Exception as error:  # noqa: BLE001 - whatever a damaged file brings up, the remedy is the same
        _log.warning("the kept engine %s is damaged and is fitted anew: %s", path.name, error)
        return None


def _read(path: Path, *, encoder: bool) -> tuple[Classifier, Familiar]:
    with np.load(path, allow_pickle=False) as arrays:
        described = json.loads(arrays["description"].tobytes().decode())
        rarity, amounts, vectors, centre, components, share = (
            np.asarray(arrays[name], np.float32)
            for name in ("rarity", "amounts", "vectors", "centre", "components", "share")
        )
        doubt = np.asarray(arrays["doubt"], np.float32) if "doubt" in arrays else np.zeros(0, np.float32)
        pieces = _pieces(arrays) if "piece_sizes" in arrays else None
        starts, holders = (np.asarray(arrays[name], np.int32) for name in ("starts", "holders"))
    words = {name: number for number, name in enumerate(described["words"])}
    characters = {name: number for number, name in enumerate(described["characters"], start=len(words))}
    labels = tuple(described["labels"])
    features = len(words) + len(characters)
    count = len(share)
    found = installed_encoder() if encoder and len(centre) else None
    kept = components.shape[1] * (len(found.sizes) if found else 0)
    said = 0 if pieces else len(labels)
    shapes = (rarity.shape, starts.shape, holders.shape, vectors.shape, share.shape, components.shape[:1])
    fitting = ((features,), (features + 1,), amounts.shape, (count, kept), (count, said), centre.shape)
    if shapes != fitting or doubt.shape not in ((0,), (count,)) or not _in_bounds(starts, holders, count):
        raise ValueError("the arrays do not fit each other")
    if len(centre) and (found is None or sum(found.sizes) != len(centre)):
        raise ValueError("it needs a sentence encoder that cannot be loaded")
    classifier = Classifier(
        labels=labels,
        vocabulary=Vocabulary(words, characters, rarity),
        postings=Postings(starts, holders, amounts),
        vectors=vectors,
        centre=centre,
        components=components,
        share=share,
        sharpness=float(described["sharpness"]),
        encoder=found,
        doubt=doubt,
        pieces=Pieces(pieces, homes_of(pieces, count), len(labels)) if pieces else None,
    )
    return classifier, Familiar(**described["familiar"])


def _flat(pieces: Pieces | None) -> dict[str, Any]:
    """Their arrays one behind the other."""
    if pieces is None:
        return {}
    return {
        "piece_sizes": np.array([(len(one.rows), one.own, len(one.columns)) for one in pieces.all], np.int64),
        "piece_rows": np.concatenate([one.rows for one in pieces.all]),
        "piece_columns": np.concatenate([one.columns for one in pieces.all]),
        "piece_shares": np.concatenate([one.share.ravel() for one in pieces.all]),
        "piece_doubts": np.concatenate([one.doubt for one in pieces.all]),
    }


def _pieces(arrays: Mapping[str, Any]) -> tuple[Piece, ...]:
    sizes = np.asarray(arrays["piece_sizes"], np.int64)
    shares, doubts = (np.asarray(arrays[name], np.float32) for name in ("piece_shares", "piece_doubts"))
    rows, columns = (np.asarray(arrays[name], np.int32) for name in ("piece_rows", "piece_columns"))
    found, at = [], [0, 0, 0, 0]
    for n, own, c in sizes.tolist():
        ends = [at[0] + n, at[1] + c, at[2] + n * c, at[3] + n]
        share = shares[at[2] : ends[2]].reshape(n, c)
        found.append(Piece(rows[at[0] : ends[0]], own, columns[at[1] : ends[1]], share, doubts[at[3] : ends[3]]))
        at = ends
    return tuple(found)


def _in_bounds(starts: Ints, holders: Ints, count: int) -> bool:
    ordered = starts[0] == 0 and starts[-1] == len(holders) and bool((np.diff(starts) >= 0).all())
    return ordered and (not len(holders) or (holders.min() >= 0 and bool(holders.max() < count)))
