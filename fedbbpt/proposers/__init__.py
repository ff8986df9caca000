"""Where new instructions come from: from scored parents to new texts.

To add a proposer, write one file here with one public frozen dataclass named in ``__all__``; its
fields are its settings. A field named ``topic``, ``labels`` or ``spoken`` (the labels as prompts
say them) is filled from the run's task.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request

SERVER, OWNER = "server", "owner"
PLACES = (SERVER, OWNER)


@dataclass(frozen=True, slots=True)
class Parent:
    """An instruction that was scored at all owners together; its figures are public.

    Attributes:
        text: the instruction, with topic and labels filled in; empty for no instruction.
        score: in [0, 1], higher is better: exp(-mean loss), the usual probability of the target.
    """

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A private example that a parent got wrong; only a proposer that runs at its owner sees any.

    Attributes:
        input: of the example.
        answer: what the model said.
        target: what it should have said.
        parent: place of the parent that got it wrong.
        mark: secret string to be shown beside it, which no text may carry; empty for none.
    """

    input: str
    answer: str
    target: str
    parent: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """How a dialogue ends: new instructions.

    Attributes:
        texts: clean, bounded, no two alike, none of them a parent's.
        dropped: how many texts were dropped, by reason.
    """

    texts: tuple[str, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)


ProposingStep = Sequence[Request] | Proposed


class ProposingDialogue(Protocol):
    """The exchange about one list of new texts."""

    def step(self, replies: Sequence[Completion | Missing]) -> ProposingStep:
        """Return the next requests, or the texts.

        The first call gets no replies; each later one gets those of the requests last returned.
        """
        ...


class Proposer(Protocol):
    """A way to write new instructions: pure of endpoints and files, frozen, so it can be shared.

    Laws: the same parents, failures, count and stream give the same requests, and the same replies
    the same texts; no more than ``count`` texts; no more requests than ``requests(count)``.
    """

    @property
    def at(self) -> str:
        """Where it runs: ``"server"`` sees no failure, ``"owner"`` may see that owner's."""
        ...

    def requests(self, count: int) -> int:
        """Return the most requests that ``count`` texts take; 0 where it needs no model."""
        ...

    def start(
        self,
        parents: Sequence[Parent],
        failures: Sequence[Failure],
        count: int,
        rng: np.random.Generator,
    ) -> ProposingDialogue:
        """Begin the exchange about at most ``count`` new texts.

        Args:
            parents: distinct texts, the best first; at least one.
            failures: of the owner at which it runs; empty at the server.
            count: how many texts are wanted, >= 1.
            rng: the only source of chance.
        """
        ...


@runtime_checkable
class Reflecting(Proposer, Protocol):
    """A proposer that looks at failures; it runs at owners only, before a leak guard."""

    @property
    def failures(self) -> int:
        """Most failures of each parent that it is given, >= 1."""
        ...
