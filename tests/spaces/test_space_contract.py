"""What every space promises; a new file in the folder fails here until it is given a start."""

from collections.abc import Callable

import numpy as np
import pytest
from plugin_folders import offered

from fedbbpt.data import Task
from fedbbpt.distributions import sample, width
from fedbbpt.library import load
from fedbbpt.prompts import INPUT, Message, Prompt
from fedbbpt.randomness import rng
from fedbbpt.spaces import Space
from fedbbpt.spaces.bank import Bank
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.spaces.exemplars import Exemplars
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.slots import Slots
from fedbbpt.spaces.soft import Soft
from fedbbpt.spaces.start import Start
from fedbbpt.spaces.tokens import Tokens
from fedbbpt.text_features import text_features

TASK = Task("t", "sentiment of the text", ("negative", "positive"))
ASKED = Prompt((Message("user", f"Rate: {INPUT}"),), ("negative", "positive"))
BANK = Instructions(TASK, Start("", f"Rate: {INPUT}"), load("classification"))
OTHER = Prompt((Message("user", f"{INPUT}\nHow is it?"),), ("negative", "positive"))

SMALL: dict[str, tuple[Callable[[], Space], Callable[[], Space], Prompt]] = {
    "slots": (
        lambda: Slots(TASK, Start("", f"Rate: {INPUT}"), load("classification")),
        lambda: Slots(TASK, Start("", f"Rate: {INPUT}"), load("sentiment")),
        ASKED,
    ),
    "tokens": (
        lambda: Tokens(TASK, Start("", f"Rate: {INPUT}"), ("good", "bad"), positions=3),
        lambda: Tokens(TASK, Start("", f"Rate: {INPUT}"), ("good", "bad"), positions=2),
        ASKED,
    ),
    "exemplars": (
        lambda: Exemplars(TASK, Start("", f"Rate: {INPUT}"), positions=2, pool=3),
        lambda: Exemplars(TASK, Start("", f"Rate: {INPUT}"), positions=2, pool=4),
        ASKED,
    ),
    "instructions": (
        lambda: Instructions(TASK, Start("", f"Rate: {INPUT}"), load("classification")),
        lambda: Instructions(TASK, Start("", f"Rate: {INPUT}")),
        ASKED,
    ),
    "embedding": (
        lambda: Embedding(BANK, text_features, dimensions=3),
        lambda: Embedding(BANK, text_features, dimensions=3, seed=1),
        ASKED,
    ),
    "bank": (
        lambda: Bank((ASKED, OTHER), ("start", "other")),
        lambda: Bank((ASKED,), ("start",)),
        ASKED,
    ),
    "soft": (
        lambda: Soft(ASKED, 6, 0.1, tokens=2, dimensions=3),
        lambda: Soft(ASKED, 6, 0.1, tokens=2, dimensions=3, seed=1),
        ASKED,
    ),
}
"""For each space: one of it, a different one of it, and the start of both."""


@pytest.fixture(params=sorted(offered("spaces")))
def trio(request: pytest.FixtureRequest) -> tuple[Space, Space, Prompt]:
    assert request.param in SMALL, f"add a small {request.param} and its start to SMALL"
    one, different, start = SMALL[request.param]
    return one(), different(), start


def test_the_origin_decodes_to_the_starting_prompt(trio: tuple[Space, Space, Prompt]) -> None:
    space, _, start = trio

    decoded = space.decode(np.zeros(width(space.initial())))

    assert decoded == start


def test_every_point_drawn_decodes_to_the_same_prompt_twice(
    trio: tuple[Space, Space, Prompt],
) -> None:
    space, _, _ = trio
    points = sample(space.initial(), 20, rng(1, "draw"))

    first, second = ([space.decode(point) for point in points] for _ in range(2))

    assert first == second
    assert all(len(prompt.words) == 2 for prompt in first)


def test_equal_spaces_share_a_fingerprint_and_others_do_not(
    trio: tuple[Space, Space, Prompt], request: pytest.FixtureRequest
) -> None:
    space, different, _ = trio
    again = SMALL[request.node.callspec.params["trio"]][0]()

    assert space.fingerprint == again.fingerprint
    assert space.fingerprint != different.fingerprint


def test_the_axes_describe_every_coordinate(trio: tuple[Space, Space, Prompt]) -> None:
    space, _, _ = trio

    points = sample(space.initial(), 50, rng(2, "draw"))

    if not space.axes:  # numbers, all of them
        assert np.isfinite(points).all()
        return
    for axis, column in zip(space.axes, points.T, strict=True):
        assert set(column) <= set(range(len(axis.choices)))


def test_a_point_outside_is_refused(trio: tuple[Space, Space, Prompt]) -> None:
    space, _, _ = trio
    inside = np.zeros(width(space.initial()))

    no_choices = (inside - 1.0, inside + 0.5, inside + 1e6)
    no_numbers = (inside + np.nan, inside + np.inf)
    for outside in (*(no_choices if space.axes else no_numbers), np.zeros(len(inside) + 1)):
        with pytest.raises(ValueError, match=r"."):
            space.decode(outside)
