"""What a way of reasoning that wraps another one passes on to it."""

from collections.abc import Sequence

from fedbbpt.data import Example
from fedbbpt.reasoning import KnowsOwner, Reasoning, ShowsExemplars


def told(reasoning: Reasoning, examples: Sequence[Example]) -> Reasoning:
    """Return a way of reasoning that knows an owner's training examples, where it wants to."""
    return reasoning.at(examples) if isinstance(reasoning, KnowsOwner) else reasoning


def shown_by(reasoning: Reasoning) -> tuple[str, ...]:
    """Return the questions that a way of reasoning shows by itself."""
    return reasoning.shown if isinstance(reasoning, ShowsExemplars) else ()
