"""Evolution among instructions: who breeds, who survives, and that it ends."""

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Points, mode
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.evolution import Evolution
from fedbbpt.optimizers.growing import GrowingSearch

BEST = 9
"""The number whose loss is lowest; every other's is its distance from it."""


def begun(plan: Evolution, choices: int = 4, seed: int = 0) -> GrowingSearch:
    search = plan.start(Categorical((np.zeros(choices),)), np.random.default_rng(seed))
    assert isinstance(search, GrowingSearch)
    return search


def score(search: Search) -> list[int]:
    """Score one field; return its numbers."""
    points: Points = search.ask(64)
    if len(points):
        search.tell(points, np.abs(points[:, 0] - BEST) / 4)
    return [int(number) for number in points[:, 0]]


def grow(search: GrowingSearch, choices: int, by: int) -> int:
    """Grant a wish with ``by`` texts; return how many choices there are."""
    assert search.wish is not None
    search.grow(choices + by)
    return choices + by


def test_children_are_scored_beside_the_survivors_and_the_best_go_on() -> None:
    search = begun(Evolution(population=4, children=3, generations=2, finalists=1))
    score(search)
    choices = grow(search, 4, by=3)

    field = score(search)
    grow(search, choices, by=3)
    after = score(search)

    assert field == [0, 1, 2, 3, 4, 5, 6]
    assert after == [3, 4, 5, 6, 7, 8, 9]
    assert int(mode(search.distribution)[0]) == BEST
    assert not len(search.ask(64))


def test_the_wish_names_distinct_parents_with_losses_of_one_block() -> None:
    search = begun(Evolution(population=6, parents=3, elites=1), choices=6)
    score(search)

    wish = search.wish

    assert wish is not None
    numbers = [int(number) for number in wish.parents[:, 0]]
    assert len(set(numbers)) == 3
    assert numbers[0] == 5
    assert list(wish.losses) == sorted(wish.losses)
    assert search.wish is wish


@pytest.mark.parametrize("selection", ["roulette", "tournament"])
def test_better_candidates_are_more_often_parents(selection: str) -> None:
    chosen = np.zeros(6)
    for seed in range(200):
        plan = Evolution(population=6, parents=2, elites=0, selection=selection)
        search = begun(plan, choices=6, seed=seed)
        score(search)
        assert search.wish is not None
        chosen[search.wish.parents[:, 0].astype(int)] += 1

    assert chosen[5] > 1.3 * chosen[0]
    assert chosen.sum() == 400


def test_a_race_scores_the_better_half_again_before_the_others_drop() -> None:
    search = begun(Evolution(population=4, generations=1, race=True, finalists=1), choices=6)
    first = score(search)

    raced = score(search)

    assert len(first) == 4
    assert raced == first[2:]
    assert search.wish is not None


def test_the_finalists_are_scored_once_more_and_then_it_ends() -> None:
    search = begun(Evolution(population=4, generations=0, finalists=2))
    score(search)

    last = score(search)

    assert last == [2, 3]
    assert score(search) == []
    assert search.wish is None


def test_without_texts_the_generations_pass_and_it_still_ends() -> None:
    search = begun(Evolution(population=4, generations=50, finalists=2))

    fields = [score(search) for _ in range(4)]

    assert fields == [[0, 1, 2, 3], [2, 3], [], []]


def test_a_search_that_is_told_to_stop_growing_goes_to_its_end() -> None:
    search = begun(Evolution(population=4, generations=9, finalists=2))
    score(search)

    search.stop_growing()

    assert search.wish is None
    assert score(search) == [2, 3]


def test_every_number_that_was_scored_keeps_its_loss_on_the_common_block() -> None:
    search = begun(Evolution(population=4, generations=0, finalists=2))
    score(search)
    common = dict(search.scored)
    points = search.ask(64)

    search.tell(points, np.zeros(len(points)))

    assert search.scored == common
    assert common[3] == pytest.approx(6 / 4)


def test_growth_that_was_not_wished_is_refused() -> None:
    search = begun(Evolution())

    with pytest.raises(ValueError, match="nothing was wished"):
        search.grow(9)


@pytest.mark.parametrize(
    "settings",
    [
        {"population": 1},
        {"children": 0},
        {"generations": -1},
        {"parents": 7},
        {"elites": 5},
        {"selection": "luck"},
        {"finalists": 0},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Evolution(**settings)  # type: ignore[arg-type]
