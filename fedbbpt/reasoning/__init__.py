"""How a question becomes requests and completions become an answer: pure, no I/O.

To add a way of reasoning, write one file here with one public frozen dataclass in ``__all__``.
What the composition knows is filled in where a class has the field: ``kind`` (an ``AnswerKind``),
``inner`` (the way of reasoning that ``of`` names), ``base`` (folder of the run file), ``labels``,
``top_logprobs``.
"""

from collections.abc import Sequence
from typing import Protocol, Self, runtime_checkable

from fedbbpt.answers import Answer, Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.prompts import Prompt

Step = Sequence[Request] | Answer


class Dialogue(Protocol):
    """The exchange about one question."""

    def step(self, replies: Sequence[Completion | Missing]) -> Step:
        """Return the next requests, or the answer.

        The first call gets no replies; each later one gets those of the requests last returned.
        """
        ...


@runtime_checkable
class CountsDropped(Dialogue, Protocol):
    """An exchange that may throw away what it paid for."""

    @property
    def dropped(self) -> int:
        """Other wordings of the question thrown away: other numbers or options, nothing new."""
        ...


class Reasoning(Protocol):
    """A way to ask.

    Laws: no exchange asks more than ``most_requests``; the same question, prompt and draw ask the
    same; two draws have no request in common; a missing reply makes the answer missing.
    """

    @property
    def most_requests(self) -> int:
        """Requests that one question takes at most, paraphrases and extractions included; >= 1."""
        ...

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Dialogue:
        """Begin the exchange about one question under one prompt, for one numbered draw.

        Raises:
            ValueError: the prompt cannot ask this.
        """
        ...

    def sent(self, prompt: Prompt) -> Prompt | None:
        """Return the prompt as it is sent, where sending it once is the whole exchange; else None.

        An app that sends it and reads the reply by the kind of answer does what was scored.
        """
        ...


@runtime_checkable
class KnowsOwner(Reasoning, Protocol):
    """A way to ask that looks at the owner's own examples; they go to its own endpoint only."""

    def at(self, examples: Sequence[Example]) -> Self:
        """Return itself, told an owner's training examples."""
        ...


@runtime_checkable
class ShowsExemplars(Reasoning, Protocol):
    """A way to ask that shows solved questions of its own."""

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions that it shows."""
        ...
