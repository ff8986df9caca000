"""Self-consistency: the majority of several samples (Wang 2022, arXiv:2203.11171)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from fedbbpt.data import Example
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.exchange import Conversation, Exchange, Noted
from fedbbpt.reasoning.inner import sampled, shown_by, told
from fedbbpt.reasoning.voting import Vote, voted
from fedbbpt.reasoning.zero_shot_cot import ZeroShotCot

__all__ = ["SelfConsistency"]


@dataclass(frozen=True, slots=True)
class SelfConsistency:
    """Asks the same question several times, at a temperature, and takes the most frequent answer.

    ``of = { use = "..." }`` names how each sample reasons; ``zero_shot_cot`` if left out.

    A sample without an answer costs its calls and has no vote; a question with a sample that no
    reply came for is missing, since a vote of fewer would be another method.

    Attributes:
        samples: of each question, >= 2.
        temperature: of the samples, in (0, 2].
        inner: how each sample reasons; filled by the run from ``of``.

    Raises:
        ValueError: a setting is out of its range.
    """

    samples: int = 5
    temperature: float = 0.7
    inner: Reasoning = field(default_factory=ZeroShotCot)

    def __post_init__(self) -> None:
        if self.samples < 2:
            raise ValueError(f"samples: {self.samples} make no vote; give at least 2, try 5")
        if not 0 < self.temperature <= 2:
            raise ValueError(
                f"temperature: {self.temperature} is outside (0, 2]; at 0 all samples are one; "
                "try 0.7"
            )

    @property
    def most_requests(self) -> int:
        """Those of all samples."""
        return self.samples * self.inner.most_requests

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions that each sample shows."""
        return shown_by(self.inner)

    def at(self, examples: Sequence[Example]) -> Self:
        """Return itself, told an owner's training examples."""
        return replace(self, inner=told(self.inner, examples))

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Conversation:
        """Begin the exchange about one question."""
        return Conversation(self._exchange(prompt, question, sample))

    def sent(self, prompt: Prompt) -> None:  # noqa: ARG002 - as a Reasoning
        """Return None: several samples are no single request."""
        return

    def _exchange(self, prompt: Prompt, question: str, sample: int) -> Exchange:
        draws = range(sample * self.samples, (sample + 1) * self.samples)
        ended = yield from sampled(self.inner, prompt, question, draws, self.temperature)
        answer = voted([Vote(one.answer) for one in ended])
        return Noted(answer, sum(one.dropped for one in ended))
