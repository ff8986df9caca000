"""Exemplars: a point names places of a pool, and only its holder can say what stands there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.data import Example, Task
from fedbbpt.distributions import Floats
from fedbbpt.spaces import AtHome
from fedbbpt.spaces.exemplars import ORDERS, Exemplars
from fedbbpt.spaces.start import Start

LABELS = ("bad", "good")
TASK = Task("t", "mood", LABELS)
START = Start("Say {labels}.", "Note: {input}")
SPACE = Exemplars(TASK, START, positions=3, pool=6)
POINTS = st.lists(st.integers(0, 6), min_size=3, max_size=3).map(np.array)


def pool(owner: str, size: int = 9) -> tuple[Example, ...]:
    """Return notes of one owner, two thirds of them good, each of another length."""
    return tuple(
        Example(f"{owner}{n}", f"{owner} note {n}{' very' * n}", (LABELS[n % 3 > 0],))
        for n in range(size)
    )


def shown(space: Exemplars, point: Floats) -> list[tuple[str, str]]:
    """Return the questions and answers that stand before the last question."""
    turns = [m for m in space.decode(point).messages if m.role != "system"][:-1]
    return [(q.content, a.content) for q, a in zip(turns[::2], turns[1::2], strict=True)]


def home(owner: str, order: str = "label") -> Exemplars:
    space = Exemplars(TASK, START, positions=3, pool=6, order=order).at_home(pool(owner), owner)
    assert isinstance(space, Exemplars)
    return space


@given(POINTS)
def test_a_point_shows_each_owner_its_own_examples_under_the_same_labels(point: Floats) -> None:
    anna, bert = (shown(home(name), point) for name in ("anna", "bert"))

    named = [int(n) for n in dict.fromkeys(point) if n]
    first = [LABELS[(n - 1) % 2] for n in named]
    assert len(anna) == len(bert) == len(named)
    assert all(q.startswith("Note: anna") for q, _ in anna)
    assert all(q.startswith("Note: bert") for q, _ in bert)
    assert [a for _, a in anna] == [a for _, a in bert] == first
    assert len({q for q, _ in anna}) == len(anna)


@given(POINTS)
def test_away_from_home_a_prompt_holds_no_example(point: Floats) -> None:
    text = SPACE.decode(point).text()

    assert "anna" not in text
    assert home("anna").fingerprint == SPACE.fingerprint
    assert home("anna").axes == SPACE.axes
    assert home("anna").decode(np.zeros(3)) == SPACE.decode(np.zeros(3))


def test_the_order_of_a_point_is_the_order_of_the_examples() -> None:
    one = shown(home("anna"), np.array([1, 2, 0]))
    other = shown(home("anna"), np.array([2, 1, 0]))

    assert one == other[::-1]


@pytest.mark.parametrize("order", ORDERS)
def test_every_rule_numbers_each_example_once(order: str) -> None:
    space = home("anna", order)

    questions = [shown(space, np.array([n, 0, 0]))[0][0] for n in range(1, 7)]

    assert len(set(questions)) == 6


def test_by_length_the_shortest_is_the_first() -> None:
    space = home("anna", "length")

    sizes = [len(shown(space, np.array([n, 0, 0]))[0][0]) for n in range(1, 7)]

    assert sizes == sorted(sizes)


def test_spread_puts_twins_apart() -> None:
    twins = [Example(str(n), "the same words", ("good",)) for n in range(3)]
    other = Example("x", "nothing alike here at all", ("good",))
    space = Exemplars(TASK, START, positions=1, pool=4, order="spread").at_home(
        [*twins, other], "a"
    )
    assert isinstance(space, Exemplars)

    first_two = [shown(space, np.array([n]))[0][0] for n in (1, 2)]

    assert "Note: nothing alike here at all" in first_two


def test_a_pool_that_is_too_small_shows_fewer() -> None:
    space = SPACE.at_home(pool("anna", 2), "anna")
    assert isinstance(space, Exemplars)

    assert len(shown(space, np.array([1, 6, 2]))) == 2


def test_a_public_pool_is_the_same_for_all_and_part_of_the_fingerprint() -> None:
    public = Exemplars(TASK, START, pool("open"), positions=3, pool=6)

    assert isinstance(public, AtHome)
    assert public.at_home(pool("anna"), "anna") is public
    assert public.fingerprint != Exemplars(TASK, START, pool("other"), pool=6).fingerprint
    assert all(q.startswith("Note: open") for q, _ in shown(public, np.array([1, 2, 3])))


@pytest.mark.parametrize("wrong", [{"positions": 0}, {"pool": 0}, {"order": "best"}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Exemplars(TASK, START, **wrong)  # type: ignore[arg-type]
