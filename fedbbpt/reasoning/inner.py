"""What a way of reasoning that wraps another one passes on to it."""

from collections.abc import Generator, Sequence

from fedbbpt.completions import Request
from fedbbpt.data import Example
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning import KnowsOwner, Reasoning, ShowsExemplars
from fedbbpt.reasoning.exchange import Ended, Replies, side_by_side


def told(reasoning: Reasoning, examples: Sequence[Example]) -> Reasoning:
    """Return a way of reasoning that knows an owner's training examples, where it wants to."""
    return reasoning.at(examples) if isinstance(reasoning, KnowsOwner) else reasoning


def shown_by(reasoning: Reasoning) -> tuple[str, ...]:
    """Return the questions that a way of reasoning shows by itself."""
    return reasoning.shown if isinstance(reasoning, ShowsExemplars) else ()


def sampled(
    reasoning: Reasoning, prompt: Prompt, question: str, draws: range, temperature: float
) -> Generator[Sequence[Request], Replies, list[Ended]]:
    """Answer one question several times side by side, one numbered draw each."""
    dialogues = [reasoning.start(prompt, question, sample=draw) for draw in draws]
    return (yield from side_by_side(dialogues, temperature))
