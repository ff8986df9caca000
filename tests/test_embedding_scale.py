"""The rule by which a size of soft tokens is chosen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Floats
from fedbbpt.embedding_scale import (
    DIRECTIONS,
    GRID,
    ROWS,
    Tried,
    all_tried,
    chosen,
    merged,
    response,
    scale_points,
)
from fedbbpt.work.embedding_scale import block_sizes


def scores(kept: Floats, shift: Floats, examples: int = 12) -> Floats:
    """Return label scores whose differences between examples are multiplied by ``kept``."""
    margins = np.random.default_rng(0).normal(size=examples)
    rows_kept, rows_shift = np.ones(ROWS), np.zeros(ROWS)
    rows_kept[1:] = np.repeat(kept, DIRECTIONS)
    rows_shift[1:] = np.repeat(shift, DIRECTIONS)
    moved = margins[:, None] * rows_kept + rows_shift
    found: Floats = np.stack([-moved, moved], axis=2) / 2
    return found


def tried(*pairs: tuple[float, float]) -> list[Tried]:
    """Return sizes 1, 2, 3 ... with their change and what they kept."""
    return [Tried(float(place), change, kept) for place, (change, kept) in enumerate(pairs, 1)]


@pytest.mark.parametrize(
    ("found", "size"),
    [
        (tried((0.0, 1.0), (0.1, 0.9), (0.3, 0.6), (0.4, 0.1)), 3.0),
        (tried((0.0, 1.0), (0.1, 0.9), (0.3, 0.1), (0.4, 0.9)), 2.0),  # by chance alive again
        (tried((0.1, 1.0), (0.1, 0.9)), 2.0),
        (tried((0.0, 1.0), (0.001, 0.9), (0.3, 0.1)), 3.0),  # nothing else changes anything
        (tried((0.2, 0.1), (0.3, 0.1)), 1.0),
    ],
)
def test_the_largest_size_before_answers_stop_depending_on_examples(
    found: list[Tried], size: float
) -> None:
    assert chosen(found) == size


def test_sizes_that_change_nothing_are_no_sizes() -> None:
    with pytest.raises(ValueError, match="leave the answers as they are"):
        chosen(tried((0.0, 1.0), (0.0, 1.0)))


def test_change_and_what_is_kept_are_read_off_label_scores() -> None:
    kept = np.linspace(1.0, 0.2, len(GRID))
    shift = np.linspace(0.0, 3.0, len(GRID))

    found = all_tried(response(scores(kept, shift)))

    assert [one.kept for one in found] == pytest.approx(kept.tolist())
    changes = [one.change for one in found]
    assert changes[0] == pytest.approx(0.0, abs=1e-12)
    assert changes == sorted(changes)
    assert changes[-1] > 0.3


@given(constant=st.floats(-50, 50), cut=st.integers(1, 11))
def test_owners_sums_say_what_all_examples_in_one_hand_would_say(constant: float, cut: int) -> None:
    # Log-probabilities are known up to a constant of the example, and owners come in any order.
    whole = scores(np.linspace(1.0, 0.2, len(GRID)), np.linspace(0.0, 3.0, len(GRID)))
    parts = [response(whole[:cut] + constant), response(whole[cut:])]

    together = all_tried(response(whole))
    apart = all_tried(merged(parts))
    turned = all_tried(merged(parts[::-1]))

    assert apart == turned
    for one, other in zip(together, apart, strict=True):
        assert other.change == pytest.approx(one.change, abs=1e-9)
        assert other.kept == pytest.approx(one.kept, abs=1e-9)


@pytest.mark.parametrize(("examples", "said"), [(1, "2 are the least"), (0, "2 are the least")])
def test_too_few_examples_tell_nothing(examples: int, said: str) -> None:
    flat = scores(np.ones(len(GRID)), np.zeros(len(GRID)), 2)[:examples]

    with pytest.raises(ValueError, match=said):
        all_tried(response(flat))


def test_a_start_that_answers_everything_alike_tells_nothing() -> None:
    alike = np.broadcast_to(np.array([-1.0, -0.5]), (8, ROWS, 2))

    with pytest.raises(ValueError, match="answers all examples alike"):
        all_tried(response(np.array(alike)))


def test_all_sizes_share_their_directions_and_the_first_point_is_the_text_prompt() -> None:
    points = scale_points(5, np.random.default_rng(1))

    assert points.shape == (ROWS, 5)
    assert not points[0].any()
    first, last = points[1 : 1 + DIRECTIONS], points[-DIRECTIONS:]
    np.testing.assert_allclose(last / first, GRID[-1] / GRID[0])


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 10)), min_size=1, max_size=30))
def test_owners_are_asked_about_no_more_examples_than_they_have_and_no_fewer_than_they_allow(
    owners: list[tuple[int, int]],
) -> None:
    sizes = block_sizes(owners)

    for size, (train, least) in zip(sizes, owners, strict=True):
        assert size <= train
        assert size == train or size >= least
