"""Schedules: who works, on which examples, and what that costs."""

from collections import Counter

import numpy as np
import pytest
from fake_federation import block_items
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Points
from fedbbpt.messages import Block
from fedbbpt.schedule import Coverage, Schedule

SIZES = {"anna": 5, "bert": 12, "cleo": 40}
clients = st.lists(st.sampled_from(sorted(SIZES)), unique=True, max_size=3)
fields = st.lists(st.integers(0, 3), min_size=1, max_size=5).map(
    lambda choices: np.array([[float(choice), 1.0] for choice in choices])
)
rounds_asked = st.lists(
    st.tuples(fields, st.builds(Block, st.integers(0, 100), st.integers(1, 50)), clients),
    max_size=6,
)


def brute_force(points: Points, block: Block, names: list[str]) -> set[tuple[str, int, bytes]]:
    return {
        (name, item, point.tobytes())
        for name in names
        for item in block_items(block, SIZES[name])
        for point in points
    }


def test_nested_blocks_double_as_the_candidates_halve() -> None:
    schedule = Schedule(block=8, nested=True)

    blocks = [schedule.block_of(round, left, 16) for round, left in enumerate((16, 8, 4, 2, 1))]

    assert [block.size for block in blocks] == [8, 16, 32, 64, 128]
    assert {block.start for block in blocks} == {0}


@given(st.integers(1, 64), st.integers(1, 64), st.integers(1, 20))
def test_nested_blocks_never_shrink_below_the_first_or_as_candidates_drop(
    first: int, left: int, block: int
) -> None:
    schedule = Schedule(block=block, nested=True)
    left = min(left, first)

    size = schedule.block_of(3, left, first).size

    assert block <= size <= block * first / left
    assert size <= schedule.block_of(4, max(1, left - 1), first).size


@given(st.integers(1, 10), st.integers(1, 10), st.integers(1, 4))
def test_other_blocks_are_fresh_and_of_one_size(round: int, block: int, generations: int) -> None:
    schedule = Schedule(block=block, nested=False, generations=generations)

    before, now = (schedule.block_of(r, 5, 12) for r in (round - 1, round))

    assert before.size == now.size == block
    assert now.start == before.start + generations * block


@given(
    st.integers(1, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))),
    st.integers(0, 5),
)
def test_everyone_is_asked_once_before_anyone_twice(numbers: tuple[int, int], seed: int) -> None:
    owners, per_round = numbers
    names = [f"owner-{i}" for i in range(owners)]
    schedule = Schedule(clients_per_round=per_round)
    visits: Counter[str] = Counter()

    for round in range(-(-owners // per_round)):
        assert set(visits.values()) <= {1}
        visits.update(schedule.participants(names, round, seed))

    assert set(visits) == set(names)
    assert max(visits.values()) <= 2


def test_a_lap_visits_everyone_once_where_the_owners_divide_evenly() -> None:
    names = [f"owner-{i}" for i in range(6)]
    schedule = Schedule(clients_per_round=2)

    laps = [
        [n for round in range(3 * lap, 3 * lap + 3) for n in schedule.participants(names, round, 1)]
        for lap in range(4)
    ]

    assert all(sorted(lap) == names for lap in laps)
    assert len({tuple(lap) for lap in laps}) > 1


def test_participants_are_sorted_and_the_same_in_any_order_of_the_owners() -> None:
    schedule = Schedule(clients_per_round=2)
    names = ["cleo", "anna", "bert"]

    for round in range(5):
        chosen = schedule.participants(names, round, 9)
        assert list(chosen) == sorted(chosen)
        assert chosen == schedule.participants(sorted(names), round, 9)


@pytest.mark.parametrize("per_round", [0, 3, 8])
def test_all_work_where_all_are_wanted(per_round: int) -> None:
    schedule = Schedule(clients_per_round=per_round)

    assert schedule.participants(["bert", "anna", "cleo"], 4, 1) == ("anna", "bert", "cleo")


@given(rounds_asked)
def test_only_distinct_requests_count(
    asked: list[tuple[Points, Block, list[str]]],
) -> None:
    coverage = Coverage(SIZES)
    seen: set[tuple[str, int, bytes]] = set()

    for points, block, names in asked:
        new = brute_force(points, block, names) - seen
        assert coverage.cost(points, block, names) == len(new)
        coverage.add(points, block, names)
        seen |= new
        assert coverage.requests == len(seen)
        assert coverage.cost(points, block, names) == 0


def test_asking_the_cost_costs_nothing() -> None:
    coverage = Coverage(SIZES)
    points = np.zeros((1, 2))

    for _ in range(2):
        assert coverage.cost(points, Block(0, 8), ["anna", "bert"]) == 5 + 8
    assert coverage.requests == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, 0) for name in ("rounds", "requests", "candidates", "block", "quorum")),
        *[("generations", -1), ("clients_per_round", -1)],
    ],
)
def test_a_number_below_its_minimum_is_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        Schedule(**{name: value})  # type: ignore[arg-type]


def test_a_quorum_that_can_never_be_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="quorum: 3 of 2 clients_per_round"):
        Schedule(clients_per_round=2, quorum=3)
