"""Simulated answers: a probit model of questions and voters, with errors that go together.

It stands in for models that are not here, and what it shows is labelled as simulated. A voter is a
prompt or a client. Voter v is right about question q with probability

    Phi(ability[q, v] + interaction[q, v] - difficulty[q]),

interaction and difficulty normal. Errors are correlated twice: hard questions are hard for all, and
with probability ``pull`` a wrong answer is the question's own strongest distractor.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from fedbbpt.distributions import Floats, Ints


@dataclass(frozen=True, slots=True)
class Probit:
    """The model's parameters.

    Attributes:
        answers: right and wrong ones together, >= 2.
        difficulty: standard deviation over questions, >= 0.
        interaction: standard deviation over pairs of question and voter, >= 0.
        pull: probability that a wrong answer is drawn to the strongest distractor, in [0, 1]; else
            it is any wrong one.

    Raises:
        ValueError: a value out of range.
    """

    answers: int = 6
    difficulty: float = 1.0
    interaction: float = 0.5
    pull: float = 0.4

    def __post_init__(self) -> None:
        spreads = (self.difficulty, self.interaction)
        if self.answers < 2 or not all(0 <= spread < math.inf for spread in spreads):
            raise ValueError(f"{self}: at least 2 answers, and spreads >= 0")
        if not 0 <= self.pull <= 1:
            raise ValueError(f"pull: {self.pull} is outside [0, 1]")

    def ability(self, accuracy: float) -> float:
        """Return the ability of a voter that is right so often over all questions.

        Raises:
            ValueError: accuracy outside (0, 1).
        """
        if not 0 < accuracy < 1:
            raise ValueError(f"accuracy: {accuracy} is outside (0, 1)")
        spread = math.sqrt(1 + self.difficulty**2 + self.interaction**2)
        return NormalDist().inv_cdf(accuracy) * spread

    def world(self, abilities: Floats, rng: np.random.Generator) -> "World":
        """Return questions for voters with these abilities.

        Args:
            abilities: shape (questions, voters), see ``ability``.
            rng: decides difficulties, interactions, right answers and distractors.
        """
        questions, voters = abilities.shape
        hard = rng.normal(0, self.difficulty, (questions, 1))
        apart = rng.normal(0, self.interaction, (questions, voters))
        right: Ints = rng.integers(0, self.answers, (questions,))
        step: Ints = rng.integers(1, self.answers, (questions,))
        level = abilities + apart - hard
        normal = NormalDist()
        chances = np.array([normal.cdf(value) for value in level.ravel()]).reshape(level.shape)
        return World(self, chances, right, (right + step) % self.answers)


@dataclass(frozen=True, slots=True)
class World:
    """Simulated questions with their voters.

    Attributes:
        model: the parameters.
        chances: of being right, shape (questions, voters).
        right: right answer by question, in [0, answers).
        distractor: strongest wrong answer by question.
    """

    model: Probit
    chances: Floats
    right: Ints
    distractor: Ints

    def draw(self, samples: int, rng: np.random.Generator) -> Ints:
        """Return answers, shape (questions, voters, samples), in [0, answers)."""
        shape = (*self.chances.shape, samples)
        hits = rng.random(shape) < self.chances[:, :, None]
        pulled = rng.random(shape) < self.model.pull
        right, distractor = self.right[:, None, None], self.distractor[:, None, None]
        other = (right + rng.integers(1, self.model.answers, shape)) % self.model.answers
        drawn: Ints = np.where(hits, right, np.where(pulled, distractor, other))
        return drawn
