"""Calibration without labels: every label gets the same mean log-probability."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.answers import Answer
from fedbbpt.calibration import Calibration, identity, scored_pairs
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.reading import normalised

SKEWED = 0.7
"""Largest share of one label up to which mean scores may be taken for the model's own taste."""


@dataclass(frozen=True, slots=True)
class MeanScore:
    """Biases that cancel each label's mean log-probability over the answers.

    The targets are not looked at. This takes the labels to be about equally frequent: where they
    are not, the cancelled mean is mostly truth and accuracy falls; ask ``skew_warning`` first.
    """

    def fit(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Calibration:
        """Return the calibration.

        Raises:
            ValueError: not one answer an example, or label scores over different label sets.
        """
        pairs = scored_pairs(answers, examples)
        if not pairs:
            return identity()
        means: Floats = np.array([answer.log_probs for answer, _ in pairs]).mean(axis=0)
        return Calibration(pairs[0][0].labels, tuple(float(-mean) for mean in means))


def skew_warning(examples: Sequence[Example]) -> str | None:
    """Return a warning where one label is too frequent for ``MeanScore``, or None.

    It names shares and counts, never the label.
    """
    counts = Counter(normalised(example.targets[0]) for example in examples)
    largest = max(counts.values(), default=0)
    if largest <= SKEWED * len(examples):
        return None
    return (
        f"one label makes up {largest / len(examples):.0%} of {len(examples)} training examples: "
        "calibration by mean scores would cancel what is true of them; use fitted biases"
    )
