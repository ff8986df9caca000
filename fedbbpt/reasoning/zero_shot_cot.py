"""Zero-shot chain of thought with any trigger (Kojima 2022, arXiv:2205.11916)."""

from dataclasses import dataclass, field

from fedbbpt.extraction import AnswerKind
from fedbbpt.extraction.text import FreeText
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning.closing import AUTO
from fedbbpt.reasoning.exchange import Conversation
from fedbbpt.reasoning.thinking import Thinking

__all__ = ["ZeroShotCot"]


@dataclass(frozen=True, slots=True)
class ZeroShotCot:
    """Has the model think before it answers, without exemplars.

    Attributes:
        trigger: words at the end of the question; empty where the prompts that are searched hold
            triggers themselves, as those of the bank ``reasoning`` do.
        second_call: True for the published second call, which asks for the answer alone; else the
            prompt asks for a last line with the answer.
        closing: sentence that asks for the answer's form in a single call; ``"auto"`` for the one
            of the kind of answer, empty for none.
        max_tokens: longest chain of thought, >= 1.
        temperature: of the chain of thought, in [0, 2].
        kind: of the answer; filled by the run.

    Raises:
        ValueError: a setting is out of its range.
    """

    trigger: str = "Let's think step by step."
    second_call: bool = False
    closing: str = AUTO
    max_tokens: int = 256
    temperature: float = 0.0
    kind: AnswerKind = field(default_factory=FreeText)

    def __post_init__(self) -> None:
        _ = self._thinking  # what cannot be asked is refused here

    @property
    def most_requests(self) -> int:
        """Requests that one question takes: one, or two with the second call."""
        return self._thinking.most_requests

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Conversation:
        """Begin the exchange about one question."""
        return self._thinking.start(prompt, question, sample)

    def sent(self, prompt: Prompt) -> Prompt | None:
        """Return the prompt with closing and trigger; None with a second call."""
        return self._thinking.baked(prompt)

    @property
    def _thinking(self) -> Thinking:
        return Thinking(
            kind=self.kind,
            trigger=self.trigger,
            closing=self.closing,
            second_call=self.second_call,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
        )
