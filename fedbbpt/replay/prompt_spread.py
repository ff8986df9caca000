"""How far prompts differ, and whether which is better depends on the question.

Two-way analysis of variance with several draws a cell (Fisher 1925), tested by permutation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedbbpt.distributions import Floats, Ints
from fedbbpt.replay.answers_table import AnswersTable, Condition

PERMUTATIONS = 500
AT_ONCE = 50
"""Permutations that are held at a time: those of thousands of questions would fill the memory."""

FEWEST_DRAWS = 2
ALIKE = 0.012
"""Standard deviation between prompts below which choosing one cannot be seen to win."""

LEVEL = 0.05

Marks = NDArray[np.bool_]
"""Whether draws were right, shape (questions, prompts, draws)."""


@dataclass(frozen=True, slots=True)
class PromptSpread:
    """What an answers table says of its prompts.

    Attributes:
        deviation: standard deviation between prompts in share right, chance taken off; >= 0.
        interaction: that of prompt and question together, chance taken off; >= 0.
        p_value: of no interaction, by permutation.
        questions: that it rests on.
        prompts: likewise.
        draws: of each cell that were looked at.
    """

    deviation: float
    interaction: float
    p_value: float
    questions: int
    prompts: int
    draws: int

    @property
    def alike(self) -> bool:
        """Whether prompts hardly differ and do not interact with questions either."""
        return self.deviation < ALIKE and self.p_value >= LEVEL


def marks_of(table: AnswersTable, conditions: Sequence[Condition]) -> Marks:
    """Return whether draws were right, as many of each cell as the smallest one holds.

    A question with a cell of fewer than two samples is left out; it was not answered for.
    """
    rows = []
    for question, target in enumerate(table.targets):
        cells = [table.samples(question, condition) for condition in conditions]
        if min(map(len, cells), default=0) >= FEWEST_DRAWS:
            rows.append([[one.answer == target for one in cell] for cell in cells])
    draws = min((len(cell) for row in rows for cell in row), default=0)
    flat = [[cell[:draws] for cell in row] for row in rows]
    return np.array(flat, dtype=np.bool_).reshape(len(rows), len(conditions), draws)


def joined(marks: Sequence[Marks]) -> Marks:
    """Return the questions of several sets together, each with the fewest draws of any.

    Raises:
        ValueError: no set, or sets with unequal numbers of prompts.
    """
    if len({one.shape[1] for one in marks}) != 1:
        raise ValueError("marks: give at least one set, all with the same prompts")
    draws = min(one.shape[2] for one in marks)
    return np.concatenate([one[:, :, :draws] for one in marks])


def prompt_spread(marks: Marks, rng: np.random.Generator) -> PromptSpread | None:
    """Return how far prompts differ; None of fewer than two questions, prompts or draws.

    The test deals the draws of each question anew to the prompts. Where prompts differ much it
    errs towards seeing no interaction; where they hardly do, which is where it decides, it is
    exact.
    """
    questions, prompts, draws = marks.shape
    if min(questions, prompts, draws) < FEWEST_DRAWS:
        return None
    counts: Ints = marks.sum(axis=2)
    shares: Floats = counts / draws
    chance = float((shares * (1 - shares)).mean()) / (draws - 1)
    apart = float(_interaction(shares[None])[0])
    between = float(shares.mean(axis=0).var(ddof=1)) - apart / questions
    beaten = 0
    for _ in range(PERMUTATIONS // AT_ONCE):
        dealt = _dealt(counts.sum(axis=1), prompts, draws, rng)
        beaten += int((_interaction(dealt) >= apart - 1e-12).sum())
    return PromptSpread(
        deviation=max(between, 0.0) ** 0.5,
        interaction=max(apart - chance, 0.0) ** 0.5,
        p_value=(1 + beaten) / (1 + PERMUTATIONS),
        questions=questions,
        prompts=prompts,
        draws=draws,
    )


def _interaction(shares: Floats) -> Floats:
    """Return mean squares of what neither prompt nor question explains; shape (tables,)."""
    _, questions, prompts = shares.shape
    left: Floats = shares - shares.mean(axis=1, keepdims=True)
    left -= left.mean(axis=2, keepdims=True)
    squares: Floats = np.square(left).sum(axis=(1, 2)) / ((questions - 1) * (prompts - 1))
    return squares


def _dealt(right: Ints, prompts: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return tables in which the right draws of each question fell to its prompts by chance."""
    hands = [
        rng.multivariate_hypergeometric([draws] * prompts, int(total), size=AT_ONCE)
        for total in right
    ]
    dealt: Floats = np.stack(hands, axis=1) / draws
    return dealt
