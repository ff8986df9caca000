"""Plan first, then solve (Wang 2023, arXiv:2305.04091)."""

from dataclasses import dataclass, field

from fedbbpt.extraction import AnswerKind
from fedbbpt.extraction.text import FreeText
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning.closing import AUTO
from fedbbpt.reasoning.exchange import Conversation
from fedbbpt.reasoning.thinking import Thinking

__all__ = ["PlanAndSolve"]

TRIGGERS = {
    "ps": (
        "Let's first understand the problem and devise a plan to solve the problem. Then, let's "
        "carry out the plan to solve the problem step by step."
    ),
    "ps+": (
        "Let's first understand the problem, extract relevant variables and their corresponding "
        "numerals, and make a complete plan. Then, let's carry out the plan, calculate "
        "intermediate variables (pay attention to correct numerical calculation and commonsense), "
        "solve the problem step by step, and show the answer."
    ),
    "ps-commonsense": (
        "Let's first prepare relevant information and make a plan. Then, let's answer the question "
        "step by step (pay attention to commonsense and logical coherence)."
    ),
}
"""The published triggers: PS (201 in the paper's repository), PS+ (305) and its form for questions
of common sense (306)."""


@dataclass(frozen=True, slots=True)
class PlanAndSolve:
    """Has the model make a plan and carry it out, by one of the published triggers.

    Attributes:
        variant: ``"ps"``, ``"ps+"`` (for calculations) or ``"ps-commonsense"``.
        second_call: True for the published second call, which asks for the answer alone.
        closing: as in ``zero_shot_cot``.
        max_tokens: longest reply, >= 1; plans are long.
        temperature: of the first call, in [0, 2].
        kind: of the answer; filled by the run.

    Raises:
        ValueError: an unknown variant, or a setting out of its range.
    """

    variant: str = "ps+"
    second_call: bool = False
    closing: str = AUTO
    max_tokens: int = 384
    temperature: float = 0.0
    kind: AnswerKind = field(default_factory=FreeText)

    def __post_init__(self) -> None:
        if self.variant not in TRIGGERS:
            raise ValueError(f"variant: {self.variant!r} is unknown; use {', '.join(TRIGGERS)}")
        _ = self._thinking

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
            trigger=TRIGGERS[self.variant],
            closing=self.closing,
            second_call=self.second_call,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
        )
