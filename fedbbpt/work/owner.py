"""What one owner brings to its work: examples, space, objective and its own minimum block."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.calibration import Calibration, identity
from fedbbpt.data import Example, OwnerData
from fedbbpt.distributions import width
from fedbbpt.errors import MessageError
from fedbbpt.messages import Block
from fedbbpt.objective import NO_COUNTS, Counts, Objective, Row, count_outcomes
from fedbbpt.optimizers import Optimizer
from fedbbpt.privacy.leak_guard import LeakGuard
from fedbbpt.proposers import Proposer
from fedbbpt.randomness import rng
from fedbbpt.spaces import Space
from fedbbpt.spaces.growth import LONGEST
from fedbbpt.work.replacement import Replacement, Stream


@dataclass(frozen=True, slots=True)
class Owner:
    """One participant and all that stays at its home.

    Attributes:
        data: its private examples.
        labels: the task's label set, empty for free answers.
        space: the same for every owner of a run.
        objective: how it measures prompts, on its own endpoint.
        optimizer: for search work.
        min_block: smallest block it answers for; exact losses on few examples are their labels.
        calibration_examples: training examples used to calibrate a prompt that is compared.
        replacement: of words, against which losses of a search are weighed; None for plain losses.
        proposer: makes instructions at this owner; None where nobody does.
        grants_texts: whether what it makes may leave.
        longest_text: characters of such a text at most.
        guard: keeps texts in which its examples can be seen; None makes one when it is needed.
    """

    data: OwnerData
    labels: tuple[str, ...]
    space: Space
    objective: Objective
    optimizer: Optimizer
    min_block: int = 8
    calibration_examples: int = 64
    replacement: Replacement | None = None
    proposer: Proposer | None = None
    grants_texts: bool = False
    longest_text: int = LONGEST
    guard: LeakGuard | None = None

    @property
    def name(self) -> str:
        """The owner's name."""
        return self.data.owner

    def block(self, block: Block, seed: int) -> list[Example]:
        """Return the training examples that a block names.

        Raises:
            MessageError: the block is below this owner's own minimum.
        """
        if block.size < self.min_block:
            raise MessageError(
                f"{self.name}: a block of {block.size} examples is below this owner's minimum of "
                f"{self.min_block}; raise [search] block"
            )
        train = self.data.train
        order = permutation(len(train), seed, self.name)
        size = min(block.size, len(train))
        return [train[order[(block.start + i) % len(train)]] for i in range(size)]

    def noisy(self, examples: Sequence[Example], stream: Stream) -> list[Example] | None:
        """Return copies of examples with words replaced; None where plain losses count.

        Labels and the words that stand for them stay.
        """
        if self.replacement is None:
            return None
        start = self.space.decode(np.zeros(width(self.space.initial())))
        return self.replacement.examples(examples, (*self.labels, *start.words), stream)

    async def calibrations(
        self, rows: Sequence[Row], seed: int
    ) -> tuple[list[Calibration], Counts]:
        """Fit one calibration a row on this owner's labelled training split; it stays here.

        Marked answers have no label scores to calibrate, so nothing is asked for them.
        """
        if self.objective.marker is not None:
            return [identity() for _ in rows], NO_COUNTS
        order = permutation(len(self.data.train), seed, self.name)
        examples = [self.data.train[i] for i in order[: self.calibration_examples]]
        answers = await self.objective.answers(rows, examples)
        fitted = [self.objective.calibrator.fit(row, examples) for row in answers]
        return fitted, count_outcomes(answers)


def permutation(size: int, seed: int, owner: str) -> list[int]:
    """Return the order in which an owner's blocks take its training examples."""
    return [int(i) for i in np.asarray(rng(seed, "block", client=owner).permutation(size))]
