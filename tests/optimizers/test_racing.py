"""The race that halving and rejects share: its field, its order and its belief."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Categorical, Floats, Gaussian, Points, mode
from fedbbpt.optimizers.belief import LEAD
from fedbbpt.optimizers.racing import Race, stratified_points

logits = st.lists(st.floats(-4, 4), min_size=1, max_size=5).map(np.array)
starts = st.lists(logits, min_size=1, max_size=4).map(tuple).map(Categorical)


def uniform(*sizes: int) -> Categorical:
    return Categorical(tuple(np.zeros(size) for size in sizes))


def race(
    start: Categorical,
    candidates: int = 8,
    finalists: int = 1,
    keep: Callable[[int], int] = lambda count: (count + 1) // 2,
    seed: int = 0,
) -> Race:
    rng = np.random.default_rng(seed)
    return Race(start, rng, candidates=candidates, finalists=finalists, keep=keep)


def possible(points: Points, start: Categorical) -> bool:
    return all(
        set(column) <= set(range(slot.size))
        for column, slot in zip(points.T, start.logits, strict=True)
    )


def probabilities(search: Race) -> tuple[Floats, ...]:
    found = search.distribution
    assert isinstance(found, Categorical)
    return found.probabilities


@given(starts, st.integers(1, 20), st.integers(0, 2**32))
def test_a_field_holds_distinct_points_of_the_space_and_starts_with_the_origin(
    start: Categorical, count: int, seed: int
) -> None:
    points = stratified_points(start, count, np.random.default_rng(seed))

    everything = math.prod(slot.size for slot in start.logits)
    assert points.shape == (min(count, everything), len(start.logits))
    assert not points[0].any()
    assert len(np.unique(points, axis=0)) == len(points)
    assert possible(points, start)


@given(st.integers(0, 2**32))
def test_every_choice_has_its_equal_share_of_a_field(seed: int) -> None:
    points = stratified_points(uniform(4, 3, 2, 5), 12, np.random.default_rng(seed))

    counts = [np.bincount(column.astype(np.intp)) for column in points.T]
    assert counts[0].tolist() == [3, 3, 3, 3]
    assert counts[1].tolist() == [4, 4, 4]
    assert counts[2].tolist() == [6, 6]
    assert sorted(counts[3].tolist()) == [2, 2, 2, 3, 3]


@given(st.integers(0, 2**32))
def test_a_likelier_choice_has_the_larger_share_of_a_field(seed: int) -> None:
    shares = np.array([0.2, 0.5, 0.3])
    start = Categorical((np.log(shares), np.zeros(10)))

    points = stratified_points(start, 10, np.random.default_rng(seed))

    assert np.bincount(points[:, 0].astype(np.intp)).tolist() == [2, 5, 3]
    assert sorted(points[:, 1]) == list(range(10))


def test_an_uneven_start_still_gives_a_full_field() -> None:
    start = Categorical((np.array([9.0, 0.0]), np.array([9.0, 0.0, 0.0])))

    points = stratified_points(start, 5, np.random.default_rng(0))

    assert len(np.unique(points, axis=0)) == 5


def test_a_space_no_larger_than_the_field_is_taken_whole() -> None:
    points = stratified_points(uniform(2, 3), 12, np.random.default_rng(0))

    assert {tuple(point) for point in points} == {(i, j) for i in range(2) for j in range(3)}


def test_the_best_of_the_last_round_wins_though_it_was_behind_before() -> None:
    search = race(uniform(4), candidates=4)
    first = search.ask(9)

    search.tell(first, np.array([0.3, 0.1, 0.9, 0.2]))
    second = search.ask(9)
    search.tell(second, np.array([0.4, 0.2]))

    assert second.ravel().tolist() == [1.0, 3.0]
    assert mode(search.distribution).tolist() == [3.0]
    assert search.ask(9).shape == (0, 1)


def test_of_equal_candidates_the_earlier_stays() -> None:
    search = race(uniform(6), candidates=6)

    search.tell(search.ask(6), np.array([0.5, 0.5, 0.2, 0.5, 0.5, 0.5]))

    assert search.ask(6).ravel().tolist() == [0.0, 1.0, 2.0]


def test_when_nothing_differs_the_starting_prompt_wins() -> None:
    search = race(uniform(3, 3, 3))

    while len(points := search.ask(8)):
        search.tell(points, np.full(len(points), 0.25))

    assert mode(search.distribution).tolist() == [0.0, 0.0, 0.0]


def test_the_count_of_the_first_ask_caps_the_field() -> None:
    search = race(uniform(20), candidates=12)

    assert len(search.ask(5)) == 5


def test_a_smaller_count_later_drops_the_worst() -> None:
    search = race(uniform(6), candidates=6, keep=lambda count: count - 1)
    search.tell(search.ask(6), np.array([0.5, 0.1, 0.4, 0.2, 0.6, 0.3]))

    assert search.ask(3).ravel().tolist() == [1.0, 3.0, 5.0]


def test_a_round_that_nobody_scored_is_asked_again() -> None:
    search = race(uniform(3, 3))

    assert search.ask(8).tobytes() == search.ask(8).tobytes()


def test_a_field_of_finalists_is_scored_once() -> None:
    search = race(uniform(4), candidates=4, finalists=4)

    search.tell(search.ask(8), np.array([0.4, 0.3, 0.1, 0.2]))

    assert not len(search.ask(8))
    assert mode(search.distribution).tolist() == [2.0]


def test_a_rule_that_keeps_everybody_still_drops_one() -> None:
    search = race(uniform(4), candidates=4, keep=lambda count: count)
    sizes = []

    while len(points := search.ask(8)):
        sizes.append(len(points))
        search.tell(points, points[:, 0])

    assert sizes == [4, 3, 2]


def test_losses_are_told_once() -> None:
    search = race(uniform(4))
    points = search.ask(8)
    search.tell(points, points[:, 0])

    with pytest.raises(ValueError, match="not those last asked"):
        search.tell(points, points[:, 0])


def test_nothing_can_be_told_before_it_was_asked() -> None:
    with pytest.raises(ValueError, match="not those last asked"):
        race(uniform(4)).tell(np.zeros((0, 1)), np.zeros(0))


def test_asking_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="count: 0 is too few"):
        race(uniform(4)).ask(0)


def test_a_race_needs_listed_choices() -> None:
    with pytest.raises(ValueError, match="not over a Gaussian"):
        Race(
            Gaussian(np.zeros(2), 1.0),
            np.random.default_rng(0),
            candidates=4,
            finalists=1,
            keep=lambda count: count - 1,
        )


def test_the_belief_is_the_start_until_losses_are_told() -> None:
    start = uniform(3, 3)
    search = race(start)

    search.ask(8)

    assert search.distribution is start


@given(starts, st.integers(0, 2**32), st.data())
def test_the_mode_is_always_the_leader(start: Categorical, seed: int, data: st.DataObject) -> None:
    search = race(start, seed=seed)
    while len(points := search.ask(8)):
        size = len(points)
        losses = data.draw(st.lists(st.floats(-1e3, 1e3), min_size=size, max_size=size))

        search.tell(points, np.array(losses))

        leader = points[int(np.argmin(losses))]
        assert mode(search.distribution).tolist() == leader.tolist()


def test_a_better_choice_is_believed_in_and_an_unseen_one_keeps_its_odds() -> None:
    search = race(uniform(8, 2), candidates=6)
    points = search.ask(6)
    unseen = sorted(set(range(8)) - set(points[:, 0].astype(int)))

    search.tell(points, 1.0 - points[:, 1])

    first, second = probabilities(search)
    assert second[1] > 0.7
    assert first[unseen[0]] == pytest.approx(first[unseen[1]])


def test_where_nothing_differs_the_belief_stays_near_the_start() -> None:
    start = Categorical((np.log([0.2, 0.5, 0.3]), np.zeros(4)))
    search = race(start)
    points = search.ask(8)

    search.tell(points, np.full(len(points), 0.7))

    found = search.distribution
    assert isinstance(found, Categorical)
    slot = found.logits[1]
    assert slot - slot[1] == pytest.approx([LEAD, 0.0, 0.0, 0.0])
    first = found.logits[0] - start.logits[0]
    assert first[1] == pytest.approx(first[2])
