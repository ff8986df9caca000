"""What every optimizer promises; a new file in the folder is found and held to it by itself."""

import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest

from fedbbpt import optimizers
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, Points, mode, width
from fedbbpt.optimizers import Optimizer, Search

COUNT = 8
ROUNDS = 40
COSTS = (
    np.array([0.6, 0.1, 0.9, 0.4]),
    np.array([0.5, 0.8, 0.2]),
    np.array([0.5, 0.9, 0.1, 0.7, 0.3]),
)
"""Loss of each choice of each slot; a point's loss is the mean over its slots, on average 0.5."""

TARGET = np.array([0.5, -0.5, 0.5, -0.5])
TABLES = Categorical(tuple(np.zeros(costs.size) for costs in COSTS))
CLOUD = Gaussian(np.zeros(TARGET.size), 0.5)
STARTS: tuple[Distribution, ...] = (TABLES, CLOUD)


def found_optimizers() -> dict[str, type]:
    """Return the one class that each plugin module of the folder offers, by module name."""
    found = {}
    for module in pkgutil.iter_modules(optimizers.__path__, f"{optimizers.__name__}."):
        offered = vars(importlib.import_module(module.name))
        for name in offered.get("__all__", []):
            found[module.name.rpartition(".")[2]] = offered[name]
    return found


FOUND = found_optimizers()


@pytest.fixture(params=sorted(FOUND))
def optimizer(request: pytest.FixtureRequest) -> Optimizer:
    built: Optimizer = FOUND[request.param]()
    return built


def accepts(optimizer: Optimizer, start: Distribution) -> bool:
    try:
        optimizer.start(start, np.random.default_rng(0))
    except ValueError:
        return False
    return True


@pytest.fixture
def start(optimizer: Optimizer) -> Distribution:
    """Return the first start that the optimizer can search."""
    accepted = [start for start in STARTS if accepts(optimizer, start)]
    assert accepted, "the optimizer can start nowhere: add a start that it is for"
    return accepted[0]


def loss(points: Points) -> Floats:
    """Return a separable loss of points of either start, shape (n,)."""
    if points.shape[1] == TARGET.size:
        squared: Floats = ((points - TARGET) ** 2).mean(axis=1)
        return squared
    columns = points.astype(np.intp).T
    costs: Floats = np.mean([c[choice] for c, choice in zip(COSTS, columns, strict=True)], axis=0)
    return costs


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


def as_bytes(distribution: Distribution) -> bytes:
    match distribution:
        case Categorical(logits):
            return b"".join(slot.tobytes() for slot in logits)
        case Gaussian(mean, sigma, cov):
            shape = b"" if cov is None else cov.tobytes()
            return mean.tobytes() + repr(sigma).encode() + shape
        case _:
            pytest.fail(f"no byte form for {distribution}")


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


def test_points_lie_in_the_space(optimizer: Optimizer, start: Distribution) -> None:
    search = begin(optimizer, start, 5)

    for _ in range(ROUNDS):
        points = advance(search)

        assert points.dtype == np.float64
        assert points.shape[1] == width(start)
        assert len(points) <= COUNT
        if isinstance(start, Categorical):
            for column, slot in zip(points.T, start.logits, strict=True):
                assert set(column) <= set(range(slot.size))


def test_a_finished_search_stays_finished(optimizer: Optimizer, start: Distribution) -> None:
    search = begin(optimizer, start, 5)
    sizes = [len(advance(search)) for _ in range(ROUNDS)]

    first_end = sizes.index(0) if 0 in sizes else ROUNDS

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
    optimizer: Optimizer, start: Distribution
) -> None:
    """On average of ten seeds, a third of the expected loss of the start is gone."""
    expected = 0.5 if isinstance(start, Categorical) else float(loss(CLOUD.mean[None])[0])
    found = []

    for seed in range(10):
        search = begin(optimizer, start, seed)
        for turn in range(ROUNDS):
            advance(search, turn)
        found.append(float(loss(mode(search.distribution)[None])[0]))

    assert np.mean(found) < 2 / 3 * expected
