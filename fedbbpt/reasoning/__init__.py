"""How a question becomes requests and completions become an answer: pure, no I/O.

To add a way of reasoning, write one file here with one public frozen dataclass in ``__all__``.
"""

from collections.abc import Sequence
from typing import Protocol

from fedbbpt.answers import Answer, Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.prompts import Prompt

Step = Sequence[Request] | Answer


class Dialogue(Protocol):
    """The exchange about one question."""

    def step(self, replies: Sequence[Completion | Missing]) -> Step:
        """Return the next requests, or the answer.

        The first call gets no replies; each later one gets those of the requests last returned.
        """
        ...


class Reasoning(Protocol):
    """A way to ask."""

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Dialogue:
        """Begin the exchange about one question under one prompt, for one numbered draw."""
        ...
