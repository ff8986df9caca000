"""What every optimizer promises; a new file in the folder is found and held to it by itself."""

import dataclasses
import importlib.util

import numpy as np
import pytest
from optimizer_starts import (
    CLOUD,
    COSTS,
    EXTRAS,
    SLOW,
    STARTS,
    as_bytes,
    found_optimizers,
    loss,
)

from fedbbpt.distributions import Categorical, Distribution, Gaussian, Points, mode, width
from fedbbpt.optimizers import Optimizer, Search

COUNT = 8
ROUNDS = 40
FOUND = found_optimizers()


def accepts(optimizer: Optimizer, start: Distribution) -> bool:
    try:
        optimizer.start(start, np.random.default_rng(0))
    except ValueError:
        return False
    return True


def tried(name: str) -> list[str]:
    """Return the starts that an optimizer can search; none where its library is absent."""
    if name in EXTRAS and importlib.util.find_spec(EXTRAS[name]) is None:
        return []
    starts = SLOW.get(name, tuple(STARTS))
    accepted = [start for start in starts if accepts(FOUND[name](), STARTS[start])]
    assert accepted, f"{name} can start nowhere: add a start that it is for"
    return accepted


PAIRS = [(name, start) for name in sorted(FOUND) for start in tried(name)]


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return names of an optimizer and of one of the starts that it can search."""
    name, start = request.param
    return name, start


@pytest.fixture
def rounds(pair: tuple[str, str]) -> int:
    """Return how many rounds are played to see that something holds throughout."""
    return 10 if pair[0] in SLOW else ROUNDS


@pytest.fixture
def optimizer(pair: tuple[str, str]) -> Optimizer:
    built: Optimizer = FOUND[pair[0]]()
    return built


@pytest.fixture
def start(pair: tuple[str, str]) -> Distribution:
    return STARTS[pair[1]]


def advance(search: Search, seed: int = 0) -> Points:
    """Run one round on noisy losses and return the points; none when the search is finished."""
    points = search.ask(COUNT)
    if len(points):
        noise = 0.05 * np.random.default_rng((seed, len(points))).standard_normal(len(points))
        search.tell(points, loss(points) + noise)
    return points


def begin(optimizer: Optimizer, start: Distribution, seed: int) -> Search:
    return optimizer.start(start, np.random.default_rng(seed))


def trace(search: Search, rounds: int = 6) -> list[bytes]:
    return [advance(search, turn).tobytes() for turn in range(rounds)]


def test_the_folder_holds_optimizers() -> None:
    assert {"halving", "rejects", "policy_gradient"} <= FOUND.keys()


@pytest.mark.parametrize("name", sorted(FOUND))
def test_an_optimizer_is_a_frozen_value_of_plain_settings(name: str) -> None:
    optimizer = FOUND[name]()

    settings = dataclasses.asdict(optimizer)

    assert all(isinstance(value, bool | int | float | str | None) for value in settings.values())
    assert FOUND[name](**settings) == optimizer
    for field, value in settings.items():
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(optimizer, field, value)


def test_the_same_seed_and_losses_give_the_same_points(
    optimizer: Optimizer, start: Distribution
) -> None:
    first, second = begin(optimizer, start, 3), begin(optimizer, start, 3)

    assert trace(first) == trace(second)
    assert as_bytes(first.distribution) == as_bytes(second.distribution)


def test_another_seed_gives_other_points(optimizer: Optimizer, start: Distribution) -> None:
    assert len({tuple(trace(begin(optimizer, start, seed))) for seed in range(4)}) > 1


def test_two_searches_side_by_side_do_not_disturb_each_other(
    optimizer: Optimizer, start: Distribution
) -> None:
    alone = [trace(begin(optimizer, start, seed)) for seed in (1, 2)]
    left, right = begin(optimizer, start, 1), begin(optimizer, start, 2)

    together = [
        (advance(left, turn).tobytes(), advance(right, turn).tobytes()) for turn in range(6)
    ]

    assert [list(points) for points in zip(*together, strict=True)] == alone


def test_a_search_leaves_its_start_untouched(optimizer: Optimizer, start: Distribution) -> None:
    before = as_bytes(start)

    trace(begin(optimizer, start, 0))

    assert as_bytes(start) == before


def test_points_lie_in_the_space(optimizer: Optimizer, start: Distribution, rounds: int) -> None:
    search = begin(optimizer, start, 5)

    for _ in range(rounds):
        points = advance(search)

        assert points.dtype == np.float64
        assert points.shape[1] == width(start)
        assert len(points) <= COUNT
        if not isinstance(start, Gaussian):
            for column, costs in zip(points.T[-len(COSTS) :], COSTS, strict=True):
                assert set(column) <= set(range(costs.size))


def test_a_finished_search_stays_finished(
    optimizer: Optimizer, start: Distribution, rounds: int
) -> None:
    search = begin(optimizer, start, 5)
    sizes = [len(advance(search)) for _ in range(rounds)]

    first_end = sizes.index(0) if 0 in sizes else rounds

    assert first_end > 0
    assert not any(sizes[first_end:])


def test_the_belief_is_of_the_kind_and_shape_of_the_start(
    optimizer: Optimizer, start: Distribution
) -> None:
    search = begin(optimizer, start, 5)

    for _ in range(4):
        found = search.distribution

        assert type(found) is type(start)
        assert mode(found).shape == mode(start).shape
        advance(search)


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_refused(
    optimizer: Optimizer, start: Distribution, spoilt: float
) -> None:
    search = begin(optimizer, start, 0)
    points = search.ask(COUNT)
    losses = loss(points)
    losses[-1] = spoilt

    with pytest.raises(ValueError, match="finite"):
        search.tell(points, losses)


def test_losses_of_another_number_are_refused(optimizer: Optimizer, start: Distribution) -> None:
    search = begin(optimizer, start, 0)
    points = search.ask(COUNT)

    with pytest.raises(ValueError, match="losses"):
        search.tell(points, loss(points)[:-1])


def test_points_that_were_not_asked_are_refused(optimizer: Optimizer, start: Distribution) -> None:
    search = begin(optimizer, start, 0)
    points = search.ask(COUNT)
    others = points[::-1] + 1.0

    for told in (others, points[:-1]):
        with pytest.raises(ValueError, match="points"):
            search.tell(told, loss(points)[: len(told)])


def test_a_refused_tell_leaves_the_search_as_it_was(
    optimizer: Optimizer, start: Distribution
) -> None:
    disturbed, undisturbed = begin(optimizer, start, 4), begin(optimizer, start, 4)
    points, _ = disturbed.ask(COUNT), undisturbed.ask(COUNT)

    with pytest.raises(ValueError, match="finite"):
        disturbed.tell(points, np.full(len(points), np.nan))
    disturbed.tell(points, loss(points))
    undisturbed.tell(points, loss(points))

    assert trace(disturbed) == trace(undisturbed)


def test_a_search_finds_better_than_what_it_began_with(
    optimizer: Optimizer, start: Distribution, pair: tuple[str, str]
) -> None:
    """On average of ten seeds, two of a slow one, a third of the start's expected loss is gone."""
    at_mean = float(loss(CLOUD.mean[None])[0])
    expected = {Categorical: 0.5, Gaussian: at_mean}.get(type(start), (0.5 + at_mean) / 2)
    found = []

    for seed in range(2 if pair[0] in SLOW else 10):
        search = begin(optimizer, start, seed)
        for turn in range(ROUNDS // 2 if pair[0] in SLOW else ROUNDS):
            advance(search, turn)
        found.append(float(loss(mode(search.distribution)[None])[0]))

    assert np.mean(found) < 2 / 3 * expected
