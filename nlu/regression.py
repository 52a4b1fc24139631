"""Multinomial logistic regression by L-BFGS, to the bottom.

scikit-learn's own stops where its version thinks it near enough (the scale of the tolerance changed between
1.1, which Rasa's environment has, and the current one), and probabilities then differ by a tenth. The loss is
its: D. C. Liu, J. Nocedal, "On the limited memory BFGS method", 1989; Bishop, "Pattern Recognition", 4.3.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import logsumexp  # type: ignore[import-untyped]

from nlu.features import Floats

GRADIENT, ITERATIONS = 1e-5, 500
"""The largest slope left, with the loss per unit of importance; and when to give up."""


def fit_softmax(
    inputs: Floats, truth: NDArray[np.intp], importance: Floats, strength: float
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Weights (D, C), bias (C,) and the C classes that occur, for ``inputs`` of shape (N, D).

    ``strength`` weighs an example against the regularisation of the weights (scikit-learn's C); the bias is free.
    """
    classes, wanted = np.unique(truth, return_inverse=True)
    size, width = inputs.shape
    rows, turned = np.arange(size), np.ascontiguousarray(inputs.T)
    total = float(importance.sum(dtype=np.float64))
    share = importance.astype(np.float64) / total
    penalty = 1.0 / (strength * total)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        table = flat.reshape(width + 1, len(classes))
        weights, bias = table[:-1], table[-1]
        scores = (inputs @ weights.astype(np.float32)).astype(np.float64) + bias
        likely = scores - logsumexp(scores, axis=1, keepdims=True)
        surprise = -float(share @ likely[rows, wanted]) + 0.5 * penalty * float(np.vdot(weights, weights))
        excess = np.exp(likely)
        excess[rows, wanted] -= 1.0
        excess *= share[:, None]
        slope = np.empty_like(table)
        slope[:-1] = turned @ excess.astype(np.float32)
        slope[:-1] += penalty * weights
        slope[-1] = excess.sum(axis=0)
        return surprise, slope.ravel()

    start = np.zeros((width + 1) * len(classes))
    options = {"maxiter": ITERATIONS, "maxfun": 2 * ITERATIONS, "gtol": GRADIENT, "ftol": 0.0, "maxcor": 10}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    table = found.x.reshape(width + 1, len(classes)).astype(np.float32)
    return table[:-1], table[-1], classes
