"""Differential evolution in words: the step of EvoPrompt (DE), Guo 2024, arXiv:2309.08532."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.proposers import SERVER, Failure, Parent, ProposingDialogue
from fedbbpt.proposers.writing import Writer, Written, check_writer, drawn_apart, shown

__all__ = ["CrossoverDe"]


@dataclass(frozen=True, slots=True)
class CrossoverDe:
    """A model puts what two donors differ in into the best parent and mixes it with a base.

    Every parent is the base in turn; its donors are two others, drawn.

    Attributes:
        at: ``"server"`` asks the endpoint of ``[proposer]``, ``"owner"`` every owner's own.
        temperature: of the replies, in (0, 2].
        max_tokens: longest reply, >= 8.
        topic: of the task; filled by the run.
        labels: of the task; filled by the run.

    Raises:
        ValueError: an unknown place, or a number out of its range.
    """

    at: str = SERVER
    temperature: float = 0.9
    max_tokens: int = 160
    topic: str = "text"
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_writer(self.at, self.temperature, self.max_tokens)

    def requests(self, count: int) -> int:
        """Return one request a text."""
        return count

    def start(
        self,
        parents: Sequence[Parent],
        failures: Sequence[Failure],  # noqa: ARG002 - a crossover looks at no example
        count: int,
        rng: np.random.Generator,
    ) -> ProposingDialogue:
        """Begin the exchange about ``count`` children."""
        writer = Writer("crossover-de", self.topic, self.labels, self.temperature, self.max_tokens)
        families = []
        for place in range(count):
            base = parents[place % len(parents)]
            others = [parent for parent in parents if parent != base] or [base]
            first, second = drawn_apart(others, 2, rng)
            roles = {"first": first, "second": second, "best": parents[0], "base": base}
            families.append({role: shown(parent) for role, parent in roles.items()})
        return Written(writer.requests(families, rng), tuple(parents), count)
