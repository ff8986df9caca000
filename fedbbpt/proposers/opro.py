"""From a scored list to a better instruction: OPRO, Yang et al. 2024, arXiv:2309.03409."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.proposers import SERVER, Failure, Parent, ProposingDialogue
from fedbbpt.proposers.writing import Writer, Written, check_writer, shown

__all__ = ["Opro"]


@dataclass(frozen=True, slots=True)
class Opro:
    """A model reads the best parents with their scores, the best last, and writes a new one.

    Every request shows the same list; the draws differ by temperature alone.

    Attributes:
        at: ``"server"`` asks the endpoint of ``[proposer]``, ``"owner"`` every owner's own.
        listed: parents shown at most, >= 1.
        temperature: of the replies, in (0, 2].
        max_tokens: longest reply, >= 8.
        topic: of the task; filled by the run.
        labels: of the task; filled by the run.

    Raises:
        ValueError: an unknown place, or a number out of its range.
    """

    at: str = SERVER
    listed: int = 20
    temperature: float = 1.0
    max_tokens: int = 160
    topic: str = "text"
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_writer(self.at, self.temperature, self.max_tokens)
        if self.listed < 1:
            raise ValueError(f"listed: {self.listed} shows nothing; give at least 1")

    def requests(self, count: int) -> int:
        """Return one request a text."""
        return count

    def start(
        self,
        parents: Sequence[Parent],
        failures: Sequence[Failure],  # noqa: ARG002 - the list holds scores, not examples
        count: int,
        rng: np.random.Generator,
    ) -> ProposingDialogue:
        """Begin the exchange about ``count`` new instructions."""
        writer = Writer("opro", self.topic, self.labels, self.temperature, self.max_tokens)
        ascending = sorted(parents[: self.listed], key=lambda parent: parent.score)
        scored = "\n\n".join(f"{shown(p)}\nscore: {100 * p.score:.0f}" for p in ascending)
        requests = writer.requests([{"scored": scored}] * count, rng)
        return Written(requests, tuple(parents), count)
