"""Where score and loss meet: one finite loss in nats for every answer that is not missing."""

import math

import numpy as np

from fedbbpt.answers import Answer, LabelScores, Missing
from fedbbpt.data import Example
from fedbbpt.distributions import Floats, softmax
from fedbbpt.metrics import Metric
from fedbbpt.reading import accepted

BOUND = 4.0
"""Highest loss of one answer, in nats.

A label probability under e^-4 = 1.8 % costs no more than that, so that one confident mistake, or
a floor in the place of a label that the endpoint did not name, cannot outweigh the other examples.
"""


def loss_of(answer: Answer, example: Example, metric: Metric, bound: float = BOUND) -> float:
    """Return the loss of one answer, in [0, bound] nats; lower is better.

    Label scores give the cross-entropy of the softmax over the label set: minus the logarithm of
    the probability of all accepted labels together, cut at ``bound``. If no label is accepted,
    none can be right and the loss is ``bound``. Every other answer gives ``bound * (1 - score)``:
    a wrong or unreadable text costs as much as the worst label scores.

    Raises:
        ValueError: the answer is missing, or the bound is not a finite number above 0.
    """
    if not (math.isfinite(bound) and bound > 0):
        raise ValueError(f"bound: {bound} is not a finite number above 0")
    if isinstance(answer, Missing):
        raise ValueError(f"example {example.id!r}: a missing answer has no loss ({answer.reason})")
    if not isinstance(answer, LabelScores):
        return bound * (1.0 - metric.item(answer, example))
    chosen = accepted(answer.labels, [example])[0]
    if not chosen.any():
        return bound
    log_probs = np.array(answer.log_probs)
    surprise = _log_sum(log_probs) - _log_sum(log_probs[chosen])
    return min(max(surprise, 0.0), bound)


def softmax_label(answer: LabelScores) -> Floats:
    """Return the probabilities of the labels among themselves, shape (labels,), summing to 1."""
    return softmax(np.array(answer.log_probs))


def _log_sum(log_probs: Floats) -> float:
    high = float(log_probs.max())
    return high + math.log(float(np.exp(log_probs - high).sum()))
