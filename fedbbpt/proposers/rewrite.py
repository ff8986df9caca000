"""Other words for a parent: the mutation of EvoPrompt, Guo et al. 2024, arXiv:2309.08532."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.proposers import SERVER, Failure, Parent, ProposingDialogue
from fedbbpt.proposers.writing import Writer, Written, check_writer, shown

__all__ = ["Rewrite"]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A model says a parent in other words; the parents take turns, the best first.

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
        failures: Sequence[Failure],  # noqa: ARG002 - a rewrite looks at no example
        count: int,
        rng: np.random.Generator,
    ) -> ProposingDialogue:
        """Begin the exchange about ``count`` rewrites."""
        writer = Writer("rewrite", self.topic, self.labels, self.temperature, self.max_tokens)
        families = [{"parent": shown(parents[i % len(parents)])} for i in range(count)]
        return Written(writer.requests(families, rng), tuple(parents), count)
