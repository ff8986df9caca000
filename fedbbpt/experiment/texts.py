"""Prompts and points of a search as results show them."""

from fedbbpt.distributions import Floats
from fedbbpt.prompts import Prompt
from fedbbpt.runs.results import Change, PromptText
from fedbbpt.spaces import Space


def prompt_text(prompt: Prompt) -> PromptText:
    """Return a prompt as the results show it."""
    messages = tuple((message.role, message.content) for message in prompt.shown())
    return PromptText(messages, prompt.words, sum(len(content) for _, content in messages))


def changes_of(space: Space, found: Floats) -> tuple[Change, ...]:
    """Return the axes on which a point differs from the start."""
    return tuple(
        Change(axis.name, axis.choices[0], axis.choices[int(choice)])
        for axis, choice in zip(space.axes, found, strict=False)
        if choice
    )
