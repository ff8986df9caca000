"""From a gradient to a step: plain, with SPSA's decreasing gains, with momentum, or Adam.

SPSA's gains: Spall 1998, IEEE Transactions on Aerospace and Electronic Systems 34(3). Adam: Kingma
and Ba 2015, arXiv:1412.6980, alg. 1, with a shorter memory of squares for the few steps of a run.
"""

import numpy as np

from fedbbpt.distributions import Floats

RULES = ("sgd", "spsa", "momentum", "adam")
"""Names of the rules, as ``Descent`` takes them."""

STEP_POWER, SMOOTHING_POWER = 0.602, 0.101
MOMENTUM, MEAN_DECAY, SQUARE_DECAY, TINY = 0.9, 0.9, 0.99, 1e-8


def step_gain(first: float, step: int, stability: float) -> float:
    """Return a / (A + k + 1)^0.602 for step k from 0.

    Args:
        first: a, > 0.
        step: k, >= 0.
        stability: A, >= 0; about a tenth of the steps that are planned.
    """
    return float(first / (stability + step + 1) ** STEP_POWER)


def smoothing_gain(first: float, step: int) -> float:
    """Return c / (k + 1)^0.101 for step k from 0."""
    return float(first / (step + 1) ** SMOOTHING_POWER)


class Descent:
    """Steps of one search; what the rule remembers lives here."""

    def __init__(self, rule: str, learning_rate: float, stability: float = 0.0) -> None:
        """Begin at step 0; ``stability`` is SPSA's A."""
        self._rule = rule
        self._rate = learning_rate
        self._stability = stability
        self._mean: Floats | float = 0.0
        self._square: Floats | float = 0.0
        self.steps = 0

    def step(self, gradient: Floats) -> Floats:
        """Return what to subtract for a gradient of shape (d,)."""
        self.steps += 1
        change: Floats
        match self._rule:
            case "spsa":
                change = step_gain(self._rate, self.steps - 1, self._stability) * gradient
            case "momentum":
                self._mean = MOMENTUM * self._mean + gradient
                change = self._rate * self._mean
            case "adam":
                change = self._rate * self._adam(gradient)
            case _:
                change = self._rate * gradient
        return change

    def _adam(self, gradient: Floats) -> Floats:
        self._mean = MEAN_DECAY * self._mean + (1 - MEAN_DECAY) * gradient
        self._square = SQUARE_DECAY * self._square + (1 - SQUARE_DECAY) * gradient**2
        mean = self._mean / (1 - MEAN_DECAY**self.steps)
        square = self._square / (1 - SQUARE_DECAY**self.steps)
        scaled: Floats = mean / (np.sqrt(square) + TINY)
        return scaled


def check_rule(rule: str, learning_rate: float) -> None:
    """Check the settings of a ``Descent``.

    Raises:
        ValueError: no such rule, or a learning rate that is not above 0.
    """
    if rule not in RULES:
        raise ValueError(f"step: {rule!r} is unknown; use one of {', '.join(RULES)}")
    if not 0 < learning_rate < np.inf:
        raise ValueError(f"learning_rate: {learning_rate} is not above 0; try 0.05")
