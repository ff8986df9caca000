import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Gaussian, Points, mode
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.genetic import Genetic
from fedbbpt.optimizers.halving import Halving
from fedbbpt.randomness import rng

SLOTS = (9, 7, 5, 5)
FLAT = Categorical(tuple(np.zeros(size) for size in SLOTS))


def separable(
    points: Points, world: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return losses that are sums of one effect a choice; the same world, the same effects."""
    effects = [world.normal(size=size) for size in SLOTS]
    return np.array([sum(e[int(c)] for e, c in zip(effects, p, strict=True)) for p in points])


def searched(search: Search, seed: int, count: int = 12) -> tuple[float, int]:
    """Return the true loss of what a search ends with, and the new candidates it scored."""
    seen: set[tuple[float, ...]] = set()
    while len(points := search.ask(count)):
        search.tell(points, separable(points, np.random.default_rng(seed)))
        seen |= set(map(tuple, points.tolist()))
    found = mode(search.distribution)[None, :]
    return float(separable(found, np.random.default_rng(seed))[0]), len(seen)


def test_children_mix_the_choices_of_the_best_and_were_never_scored_before() -> None:
    search = Genetic(candidates=8, parents=3, children=4, mutation=0.0).start(FLAT, rng(1, "t"))
    first = search.ask(12)
    losses = separable(first, np.random.default_rng(5))
    search.tell(first, losses)

    second = search.ask(12)

    parents = first[np.sort(np.argsort(losses)[:3])]
    children = second[3:]
    assert len(second) == 7
    assert {tuple(p) for p in second[:3]} == {tuple(p) for p in parents}
    assert not {tuple(c) for c in children} & {tuple(p) for p in first}
    assert all(np.isin(children[:, slot], parents[:, slot]).all() for slot in range(len(SLOTS)))


def test_the_finalists_come_from_the_last_generation_and_their_best_wins() -> None:
    search = Genetic(candidates=6, parents=2, children=2, finalists=2).start(FLAT, rng(2, "t"))
    first = search.ask(12)
    search.tell(first, np.arange(6.0))
    second = search.ask(12)
    search.tell(second, np.array([5.0, 4.0, 3.0, 2.0]))

    finalists = search.ask(12)
    search.tell(finalists, np.array([9.0, 8.0]))

    assert {tuple(p) for p in finalists} == {tuple(p) for p in second[2:]}
    assert np.array_equal(mode(search.distribution), finalists[1])
    assert not len(search.ask(12))


def test_breeding_beats_a_race_of_as_many_candidates_on_separable_losses() -> None:
    worlds = range(200)

    bred = [searched(Genetic(candidates=11).start(FLAT, rng(w, "g")), w) for w in worlds]
    raced = [searched(Halving(candidates=17).start(FLAT, rng(w, "h")), w, 17) for w in worlds]

    assert {scored for _, scored in bred} == {17} == {scored for _, scored in raced}
    gains = np.array([r - b for (b, _), (r, _) in zip(bred, raced, strict=True)])
    assert gains.mean() > 0.2
    assert gains.mean() > 3 * gains.std() / np.sqrt(len(gains))


def test_a_small_count_leaves_out_the_worst_parents_and_the_children() -> None:
    search = Genetic(candidates=8, parents=4).start(FLAT, rng(3, "t"))
    first = search.ask(5)
    search.tell(first, np.arange(5.0))

    second = search.ask(3)

    assert len(first) == 5
    assert np.array_equal(second, first[:3])


def test_a_continuous_distribution_is_refused_with_what_fits() -> None:
    with pytest.raises(ValueError, match="space of slots"):
        Genetic().start(Gaussian(np.zeros(3), 1.0), rng(0, "t"))


@pytest.mark.parametrize(
    "settings",
    [
        {"candidates": 1},
        {"parents": 1},
        {"parents": 12},
        {"children": 0},
        {"generations": -1},
        {"mutation": 1.5},
        {"finalists": 0},
    ],
)
def test_numbers_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Genetic(**settings)
