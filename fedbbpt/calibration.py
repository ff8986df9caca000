"""What corrects a model's taste for one label word: a bias a label, from training data only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from fedbbpt.answers import Answer, LabelScores
from fedbbpt.data import Example
from fedbbpt.reading import normalised

FOLDS = 4
FEWEST = 4
"""Below this many usable answers nothing is fitted."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """One bias a label, added to its log-probability.

    Only differences of biases matter, so they are kept centred: their sum is 0, and k labels have
    k - 1 free biases.

    Attributes:
        labels: the label set, in the task's order; empty leaves every answer as it is.
        biases: nats, one a label, summing to 0.

    Raises:
        ValueError: not one finite bias a label.
    """

    labels: tuple[str, ...]
    biases: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.biases) != len(self.labels):
            raise ValueError(f"biases: {len(self.biases)} for {len(self.labels)} labels")
        if not np.isfinite(self.biases).all():
            raise ValueError("biases: all must be finite")
        if self.biases:
            object.__setattr__(self, "biases", _centred(self.biases))

    def apply(self, answer: Answer) -> Answer:
        """Return label scores with the biases added, and any other answer as it is.

        Raises:
            ValueError: label scores over another label set.
        """
        if not self.labels or not isinstance(answer, LabelScores):
            return answer
        if answer.labels != self.labels:
            raise ValueError("labels: the answer's label set is not the calibration's")
        pairs = zip(answer.log_probs, self.biases, strict=True)
        return replace(answer, log_probs=tuple(score + bias for score, bias in pairs))


def identity(labels: Sequence[str] = ()) -> Calibration:
    """Return the calibration that changes nothing."""
    return Calibration(tuple(labels), (0.0,) * len(labels))


class Calibrator(Protocol):
    """Fits a calibration to one owner's training answers under one prompt."""

    def fit(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Calibration:
        """Return the calibration; only label scores count, and none at all gives the identity.

        Raises:
            ValueError: not one answer an example, or label scores over different label sets.
        """
        ...


def cross_fitted(
    calibrator: Calibrator,
    answers: Sequence[Answer],
    examples: Sequence[Example],
    folds: int = FOLDS,
) -> list[Answer]:
    """Return each answer calibrated by a fit that has not seen it, in the same positions.

    The label scores are dealt to folds, each label in turn, so that every fold holds each label
    about equally often whatever the order of the examples (dealt by position alone, alternating
    labels would put one label into each fold). A fold has at least two answers: with fewer than
    ``2 * folds`` label scores there are fewer folds, with fewer than 4 nothing is calibrated.

    Raises:
        ValueError: fewer than 2 folds, not one answer an example, or mixed label sets.
    """
    if folds < 2:
        raise ValueError(f"folds: {folds} is too few; give at least 2")
    pairs = list(zip(answers, examples, strict=True))
    usable = [index for index, answer in enumerate(answers) if isinstance(answer, LabelScores)]
    calibrated = list(answers)
    if len(usable) < FEWEST:
        return calibrated
    usable.sort(key=lambda index: normalised(examples[index].targets[0]))
    count = min(folds, len(usable) // 2)
    for fold in range(count):
        others = [pairs[index] for rank, index in enumerate(usable) if rank % count != fold]
        fitted = calibrator.fit(
            [answer for answer, _ in others], [example for _, example in others]
        )
        for index in usable[fold::count]:
            calibrated[index] = fitted.apply(answers[index])
    return calibrated


def scored_pairs(
    answers: Sequence[Answer], examples: Sequence[Example]
) -> list[tuple[LabelScores, Example]]:
    """Return the answers that a calibration can be fitted to, each with its example.

    Raises:
        ValueError: not one answer an example, or label scores over different label sets.
    """
    pairs = [
        (answer, example)
        for answer, example in zip(answers, examples, strict=True)
        if isinstance(answer, LabelScores)
    ]
    if any(answer.labels != pairs[0][0].labels for answer, _ in pairs):
        raise ValueError("labels: the answers have different label sets; calibrate each alone")
    return pairs


def _centred(biases: tuple[float, ...]) -> tuple[float, ...]:
    values = np.array(biases, dtype=np.float64)
    centre = float(values.mean())
    # Rounding leaves a centre near 0; moving by it again would make equal calibrations differ.
    if abs(centre) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return tuple(float(value) for value in values)
    return tuple(float(value) for value in values - centre)
