"""Policy gradient over tables of choices: Diao 2023, arXiv:2201.08531 (BDPL), on softmax logits.

Logits need no projection onto the simplex, and their score is bounded: onehot(choice) - p. The
score with respect to p is 1 / p at the drawn choice and 0 elsewhere; the paper's code also sets
-1 / p at every choice not drawn. Beside a mean baseline that only doubles the step (a constant a
choice cancels, see ``test_the_score_of_the_papers_code_doubles_the_gradient``), and without one it
points elsewhere. The one here is unbiased.

With a temperature, the tables of a round are softmax((logits + noise) / temperature) for one draw
of Gumbel noise, as in FedOne's Gumbel-softmax variant (Wang 2025, arXiv:2506.14929): every round
then looks around a corner of its own. The estimate is unbiased for the loss expected under them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Points,
    frozen_array,
    sample,
    softmax,
)
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.told import checked_losses

__all__ = ["PolicyGradient"]

STEPS = ("sgd", "adam")
MEAN_DECAY, SQUARE_DECAY, TINY = 0.9, 0.999, 1e-8
"""Adam's constants: Kingma and Ba 2015, arXiv:1412.6980, alg. 1."""


def policy_gradient_estimate(
    logits: Sequence[Floats], points: Points, losses: Floats
) -> tuple[Floats, ...]:
    """Estimate without bias the gradient of the expected loss with respect to the logits.

    Each point's baseline is the mean loss of the others, which comes to
    ``1 / (n - 1) * sum((loss - mean) * (onehot - p))``.

    Args:
        logits: one array of shape (choices,) a slot; the points were drawn at these.
        points: shape (n, slots), n >= 2.
        losses: shape (n,).

    Returns:
        One array of shape (choices,) a slot; it sums to 0.

    Raises:
        ValueError: fewer than two points, for which there are no others.
    """
    if len(points) < 2:
        raise ValueError(f"points: {len(points)} is too few; a leave-one-out baseline needs 2")
    advantages = (losses - losses.mean()) / (len(points) - 1)
    # The advantages sum to 0, so that the -p of every score cancels.
    return tuple(
        np.bincount(choices, weights=advantages, minlength=slot.size).astype(np.float64)
        for slot, choices in zip(logits, points.T.astype(np.intp), strict=True)
    )


def gumbel_tables(
    logits: Sequence[Floats], temperature: float, rng: np.random.Generator
) -> Categorical:
    """Return softmax((logits + noise) / temperature) for one draw of Gumbel noise.

    The score of a choice with respect to ``logits`` is (onehot - p) / temperature, p being the
    tables returned: ``policy_gradient_estimate`` of points drawn from them, divided by the
    temperature.

    Args:
        logits: one array of shape (choices,) a slot.
        temperature: > 0; near 0 all mass lies on one choice, a large one evens all out.
        rng: the only source of chance.
    """
    return Categorical(tuple((slot + rng.gumbel(size=slot.size)) / temperature for slot in logits))


def entropy_gradient(logits: Sequence[Floats]) -> tuple[Floats, ...]:
    """Return the gradient of the tables' entropy, in nats, with respect to the logits.

    >>> entropy_gradient([np.zeros(2)])[0].tolist()
    [0.0, 0.0]
    """
    gradients = []
    for slot in logits:
        p = softmax(slot)
        surprise = -np.log(np.maximum(p, np.finfo(np.float64).tiny))
        gradients.append(p * (surprise - p @ surprise))
    return tuple(gradients)


@dataclass(frozen=True, slots=True)
class PolicyGradient:
    """Draw, score, and move every table towards the choices that did better than the rest.

    Attributes:
        learning_rate: length of a step, > 0.
        candidates: most points a round, >= 2.
        entropy: weight of the tables' entropy, which slows their hardening, >= 0.
        optimizer: ``"sgd"`` steps along the gradient, ``"adam"`` rescales every logit's steps.
        clip: largest norm of the gradient over all slots, > 0.
        temperature: of the Gumbel variant, >= 0; 0 draws from the tables as they are.

    Raises:
        ValueError: a value out of its range.
    """

    learning_rate: float = 0.5
    candidates: int = 8
    entropy: float = 0.0
    optimizer: Literal["sgd", "adam"] = "sgd"
    clip: float = 3.0
    temperature: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate < np.inf:
            raise ValueError(f"learning_rate: {self.learning_rate} is not above 0; try 0.5")
        if self.candidates < 2:
            raise ValueError(f"candidates: {self.candidates} is too few; a comparison needs 2")
        if not 0 <= self.entropy < np.inf:
            raise ValueError(f"entropy: {self.entropy} is below 0; 0 leaves it out")
        if self.optimizer not in STEPS:
            raise ValueError(f"optimizer: {self.optimizer!r}; expected one of {', '.join(STEPS)}")
        if not 0 < self.clip < np.inf:
            raise ValueError(f"clip: {self.clip} is not above 0; the paper's code takes 3")
        if not 0 <= self.temperature < np.inf:
            raise ValueError(
                f"temperature: {self.temperature} is below 0; 0 is without Gumbel noise, 0.1 usual"
            )

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin at the tables of ``distribution``.

        Raises:
            ValueError: the distribution is not categorical.
        """
        if not isinstance(distribution, Categorical):
            raise ValueError(
                f"distribution: policy_gradient moves tables of choices, not a "
                f"{type(distribution).__name__}; use a space of slots, or an optimizer of "
                "continuous spaces such as cma"
            )
        return _Descent(self, distribution, rng)


class _Descent:
    """A running descent; Adam's two moments live as long as the search."""

    def __init__(
        self, settings: PolicyGradient, start: Categorical, rng: np.random.Generator
    ) -> None:
        self._settings = settings
        self._distribution = start
        self._rng = rng
        self._ends = np.cumsum([slot.size for slot in start.logits])
        self._mean: Floats = np.zeros(self._ends[-1])
        self._square: Floats = np.zeros(self._ends[-1])
        self._steps = 0
        self._asked: Points = np.empty((0, len(start.logits)))

    def ask(self, count: int) -> Points:
        """Draw ``count`` points, at most ``candidates``, from the current tables.

        Points that nobody has scored yet are asked again, so that a round given up and repeated
        leaves the same trace as one that went well.

        Raises:
            ValueError: ``count`` is below 2.
        """
        if count < 2:
            raise ValueError(f"count: {count} is too few; a comparison needs at least 2 points")
        if not len(self._asked):
            tables = self._drawn_from()
            drawn = sample(tables, min(count, self._settings.candidates), self._rng)
            self._asked = frozen_array(drawn, name="points")
        self._asked = self._asked[:count]
        return self._asked

    def tell(self, points: Points, losses: Floats) -> None:
        """Take one step on the losses of the points last asked, shape (n,).

        Raises:
            ValueError: the points are not those last asked, or a loss is not finite.
        """
        told = checked_losses(self._asked, points, losses)
        logits = self._distribution.logits
        descent = np.concatenate(policy_gradient_estimate(logits, self._asked, told))
        descent /= self._settings.temperature or 1.0
        descent -= self._settings.entropy * np.concatenate(entropy_gradient(logits))
        stepped = np.concatenate(logits) - self._settings.learning_rate * self._step(descent)
        self._distribution = Categorical(tuple(np.split(stepped, self._ends[:-1])))
        self._asked = self._asked[:0]

    @property
    def distribution(self) -> Distribution:
        """The current tables."""
        return self._distribution

    def _drawn_from(self) -> Categorical:
        logits, temperature = self._distribution.logits, self._settings.temperature
        return gumbel_tables(logits, temperature, self._rng) if temperature else self._distribution

    def _step(self, gradient: Floats) -> Floats:
        norm = float(np.linalg.norm(gradient))
        clipped = gradient * min(1.0, self._settings.clip / norm) if norm > 0 else gradient
        if self._settings.optimizer == "sgd":
            return clipped
        self._steps += 1
        self._mean = MEAN_DECAY * self._mean + (1 - MEAN_DECAY) * clipped
        self._square = SQUARE_DECAY * self._square + (1 - SQUARE_DECAY) * clipped**2
        mean = self._mean / (1 - MEAN_DECAY**self._steps)
        square = self._square / (1 - SQUARE_DECAY**self._steps)
        step: Floats = mean / (np.sqrt(square) + TINY)
        return step
