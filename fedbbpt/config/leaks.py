"""Exemplars that give an owner's question away with its answer are refused before anything runs."""

from collections.abc import Sequence

from fedbbpt.config.searched import origin
from fedbbpt.data import OwnerData
from fedbbpt.errors import ConfigError
from fedbbpt.library.templates import as_text
from fedbbpt.prompts import INPUT, Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.inner import shown_by
from fedbbpt.reasoning.question_words import question_words
from fedbbpt.spaces import Space


def check_leaks(space: Space, reasoning: Reasoning, owners: Sequence[OwnerData]) -> None:
    """Refuse exemplars that hold a question which will be asked.

    Args:
        space: whose prompts may show exemplars; each choice of each axis is looked at.
        reasoning: which may show some by itself.
        owners: whose examples will be asked.

    Raises:
        ConfigError: the text names owner and example.
    """
    shown = {question_words(as_text(question)) for question in shown_by(reasoning)}
    for prompt in _prompts(space):
        shown |= {question_words(question) for question in _exemplars(prompt)}
    if not shown:
        return
    for data in owners:
        for split, examples in data.splits().items():
            for example in examples:
                if question_words(as_text(example.input)) in shown:
                    raise ConfigError(
                        f"exemplars: one of them is the {split} example {example.id!r} of "
                        f"{data.owner}, which would be asked with its answer in view; take it out "
                        "of the exemplars or of the data"
                    )


def _prompts(space: Space) -> list[Prompt]:
    start = origin(space)
    prompts = [space.decode(start)]
    for axis, slot in enumerate(space.axes):
        if slot.name not in {"exemplars", "prompt"} and not slot.name.startswith("exemplar "):
            continue
        for choice in range(1, len(slot.choices)):
            point = start.copy()
            point[axis] = choice
            prompts.append(space.decode(point))
    return prompts


def _exemplars(prompt: Prompt) -> list[str]:
    """Return the questions of the turns before the last one, without the template around them."""
    *before, last = prompt.messages
    left, right = last.content.split(INPUT)
    found = []
    for message in before:
        text = message.content
        if message.role == "user":
            inside = text.startswith(left) and text.endswith(right)
            found.append(text[len(left) : len(text) - len(right)] if inside else text)
    return found
