"""Calibration by labelled answers: biases that minimise the cross-entropy, shrunk towards none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fedbbpt.answers import Answer
from fedbbpt.calibration import Calibration, identity, scored_pairs
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.reading import accepted

STEPS = 200
TOLERANCE = 1e-12
"""The search ends when a step promises less than this share of the objective."""


DIGITS = 6
"""Biases are rounded: linear algebra libraries differ in the last bits, results must not."""


@dataclass(frozen=True, slots=True)
class FittedBias:
    """Biases b that minimise ``sum of cross-entropies + shrinkage / 2 * |b|^2``.

    The unit of the penalty is one example: biases with |b|^2 = 1 cost as much as shrinkage / 2
    nats more on one example, however many there are. The data so outweigh the penalty as they
    grow; with none of them the biases are 0, and with one class only they stay finite:
    |b|^2 <= 2 * (sum of cross-entropies before the fit) / shrinkage. The minimiser is centred by
    itself, because a common constant changes the penalty alone.

    Only label scores of examples that accept a label of the set count; the rest is left out.

    Attributes:
        shrinkage: > 0; the inverse variance, in nats^-2, of biases expected before seeing data.

    Raises:
        ValueError: shrinkage is not a finite number above 0.
    """

    shrinkage: float = 0.1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.shrinkage) and self.shrinkage > 0):
            raise ValueError(
                f"shrinkage: {self.shrinkage} is not a finite number above 0; "
                "without it separable answers have no best bias"
            )

    def fit(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Calibration:
        """Return the calibration; the same input always gives the same biases.

        Raises:
            ValueError: not one answer an example, or label scores over different label sets.
        """
        pairs = scored_pairs(answers, examples)
        if not pairs:
            return identity()
        labels = pairs[0][0].labels
        chosen = accepted(labels, [example for _, example in pairs])
        usable = np.flatnonzero(chosen.any(axis=1))
        scores: Floats = np.array([answer.log_probs for answer, _ in pairs], dtype=np.float64)
        biases = _newton(_Problem(scores[usable], chosen[usable], self.shrinkage))
        return Calibration(labels, tuple(round(float(bias), DIGITS) for bias in biases))


class _Problem(NamedTuple):
    """Scores and accepted labels, both of shape (n, labels), and the shrinkage."""

    scores: Floats
    chosen: NDArray[np.bool_]
    shrinkage: float


def _newton(problem: _Problem) -> Floats:
    """Return the minimiser, shape (labels,), by Newton steps that are halved until they descend.

    The curvature leaves out the concave term of examples that accept several labels: what is left
    is positive definite, so that every step points downhill.
    """
    biases: Floats = np.zeros(problem.scores.shape[1])
    value = _objective(problem, biases)
    for _ in range(STEPS):
        gradient, curvature = _derivatives(problem, biases)
        step = np.asarray(-np.linalg.solve(curvature, gradient), dtype=np.float64)
        slope = float(gradient @ step)
        if -slope <= TOLERANCE * (1.0 + value):
            return biases + step
        length = 1.0
        while (
            trial := _objective(problem, biases + length * step)
        ) > value + 1e-4 * length * slope:
            length /= 2
        biases, value = biases + length * step, trial
    return biases


def _objective(problem: _Problem, biases: Floats) -> float:
    logits = problem.scores + biases
    surprise: Floats = _log_sums(logits) - _log_sums(np.where(problem.chosen, logits, -np.inf))
    return float(surprise.sum() + problem.shrinkage / 2 * (biases @ biases))


def _derivatives(problem: _Problem, biases: Floats) -> tuple[Floats, Floats]:
    logits = problem.scores + biases
    expected = _softmax_rows(logits)
    wanted = _softmax_rows(np.where(problem.chosen, logits, -np.inf))
    gradient: Floats = (expected - wanted).sum(axis=0) + problem.shrinkage * biases
    curvature: Floats = np.diag(expected.sum(axis=0) + problem.shrinkage) - expected.T @ expected
    return gradient, curvature


def _log_sums(logits: Floats) -> Floats:
    high: Floats = logits.max(axis=1)
    sums: Floats = high + np.log(np.exp(logits - high[:, None]).sum(axis=1))
    return sums


def _softmax_rows(logits: Floats) -> Floats:
    shifted: Floats = np.exp(logits - logits.max(axis=1)[:, None])
    rows: Floats = shifted / shifted.sum(axis=1)[:, None]
    return rows
