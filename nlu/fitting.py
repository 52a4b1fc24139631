"""Training of the classifier: one linear system, the same result everywhere; of a large pack several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from nlu import piecewise
from nlu.classifier import Classifier, one_thread
from nlu.embedding import Encode, SentenceEncoder, installed_encoder
from nlu.sentences import Remembered
from nlu.solving import by_features, kernel_of, meanings_of, sharpness_of, solve, sparse_rows
from nlu.training_example import Example, merged


def fit(examples: Iterable[Example], *, encoder: bool, sentences: Path | None = None) -> Classifier:
    """Train on cleaned texts, with the sentence encoder if there is one and it is wished.

    ``sentences``: the folder where sentence vectors are kept from one fitting to the next. Deterministic, in whatever
    order the examples come. Needs 4 N² bytes for N examples: 0.5 GB for 11,500. Many examples of many classes are
    learned by pieces (``nlu.piecewise``).
    """
    one_thread()
    found = installed_encoder() if encoder else None
    remembered = Remembered(found, sentences) if found and sentences else None
    lessons = merged(examples)
    encode = remembered.encode if remembered else found.encode if found else None
    if piecewise.is_large(lessons):
        made = piecewise.fit_pieces(lessons, found, encode, sentences)
    else:
        made = _fitted(lessons, found, encode)
    if remembered:
        remembered.keep()
    return made


def _fitted(examples: Sequence[Example], encoder: SentenceEncoder | None, encode: Encode | None) -> Classifier:
    labels = tuple(sorted({one.slug for one in examples}))
    numbers = {slug: number for number, slug in enumerate(labels)}
    asked = np.array([one.asked for one in examples])
    vocabulary, sparse = sparse_rows(examples)
    vectors, centre, components = meanings_of(examples, asked, encoder, encode)
    truth = np.array([numbers[one.slug] for one in examples], np.intp)
    importance = np.array([one.weight for one in examples], np.float32)
    kernel = kernel_of(sparse, vectors, len(encoder.sizes) if encoder else 0)
    wanted = np.zeros((len(examples), len(labels)), np.float32)
    wanted[np.arange(len(examples)), truth] = 1.0
    share, left_out, doubt = solve(kernel, wanted, importance)
    return Classifier(
        labels=labels,
        vocabulary=vocabulary,
        postings=by_features(sparse),
        vectors=vectors,
        centre=centre,
        components=components,
        share=share,
        sharpness=sharpness_of([(left_out[asked], truth[asked])]),
        encoder=encoder,
        doubt=doubt,
    )
