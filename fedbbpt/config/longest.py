"""The longest prompt of a space, without trying all."""

from fedbbpt.config.searched import origin
from fedbbpt.distributions import Floats
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import Space
from fedbbpt.spaces.embedding import Embedding


def longest_prompt(space: Space) -> Prompt:
    """Return the longest prompt, where the parts of a prompt lengthen it each by itself.

    One part may change the length of the others, as label words do: every choice of every axis is
    tried together with the longest choices that the other axes have beside it.
    """
    space = listed(space)
    start = origin(space)
    if not space.axes:
        return space.decode(start + 1.0)  # all but the start are equally long
    best = start
    for axis, slot in enumerate(space.axes):
        for choice in range(len(slot.choices)):
            point = start.copy()
            point[axis] = choice
            for other, more in enumerate(space.axes):
                if other != axis:
                    tried = [_with(point, other, place) for place in range(len(more.choices))]
                    point = max(tried, key=lambda one: _bytes(space.decode(one)))
            best = max(best, point, key=lambda one: _bytes(space.decode(one)))
    return space.decode(best)


def listed(space: Space) -> Space:
    """Return the space whose choices are listed, so that nothing is embedded for an estimate."""
    return space.bank if isinstance(space, Embedding) else space


def _with(point: Floats, axis: int, choice: int) -> Floats:
    changed = point.copy()
    changed[axis] = choice
    return changed


def _bytes(prompt: Prompt) -> int:
    return sum(len(message.content.encode()) for message in prompt.messages)
