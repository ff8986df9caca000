"""Reflection on an owner's own mistakes: GEPA, Agrawal et al. 2025, arXiv:2507.19457."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.proposers import OWNER, SERVER, Failure, Parent, ProposingDialogue
from fedbbpt.proposers.writing import Writer, Written, check_writer, shown

__all__ = ["Reflection"]

NONE_WRONG = "(no mistake was seen; say the instruction more clearly)"


@dataclass(frozen=True, slots=True)
class Reflection:
    """A model reads what a parent got wrong at an owner and writes a better instruction.

    It runs at owners alone, asks the owner's own endpoint, and what it writes passes the leak guard
    before it leaves. The parents take turns, the best first; every request shows a few failures of
    its parent, drawn from those it is given.

    Attributes:
        at: ``"owner"``; the server holds no example.
        failures: failures of each parent that are drawn from the block, >= 1.
        shown: of these, how many one request shows, >= 1.
        longest_input: characters shown of an input or an answer, >= 40.
        temperature: of the replies, in (0, 2].
        max_tokens: longest reply, >= 8.
        topic: of the task; filled by the run.
        labels: of the task; filled by the run.

    Raises:
        ValueError: another place, or a number out of its range.
    """

    at: str = OWNER
    failures: int = 8
    shown: int = 3
    longest_input: int = 600
    temperature: float = 0.9
    max_tokens: int = 200
    topic: str = "text"
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_writer(self.at, self.temperature, self.max_tokens)
        if self.at == SERVER:
            raise ValueError('at: the server sees no mistake; write "owner"')
        if self.failures < 1 or self.shown < 1:
            raise ValueError("failures, shown: each at least 1; or choose another proposer")
        if self.longest_input < 40:
            raise ValueError(f"longest_input: {self.longest_input} shows nothing; try 600")

    def requests(self, count: int) -> int:
        """Return one request a text."""
        return count

    def start(
        self,
        parents: Sequence[Parent],
        failures: Sequence[Failure],
        count: int,
        rng: np.random.Generator,
    ) -> ProposingDialogue:
        """Begin the exchange about ``count`` improved instructions."""
        writer = Writer("reflection", self.topic, self.labels, self.temperature, self.max_tokens)
        families = []
        for place in range(count):
            turn = place % len(parents)
            own = [failure for failure in failures if failure.parent == turn]
            chosen = [own[int(i)] for i in rng.permutation(len(own))[: self.shown]]
            said = "\n\n".join(self._told(failure) for failure in chosen)
            families.append({"parent": shown(parents[turn]), "failures": said or NONE_WRONG})
        return Written(writer.requests(families, rng), tuple(parents), count)

    def _told(self, failure: Failure) -> str:
        mark = f" [mark {failure.mark}]" if failure.mark else ""
        return (
            f"Text: {failure.input[: self.longest_input]}{mark}\n"
            f"Answer: {failure.answer[: self.longest_input]}\n"
            f"Right answer: {failure.target[: self.longest_input]}"
        )
