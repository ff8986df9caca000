from typing import Any

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Floats, Gaussian, mode
from fedbbpt.optimizers.evidence import Posterior
from fedbbpt.optimizers.thompson import top_two
from fedbbpt.optimizers.top_two import TopTwo


def posterior(mean: Floats, deviation: Floats) -> Posterior:
    return Posterior(mean, np.diag(deviation**2), 1.0, np.ones(len(mean), dtype=np.intp))


def shares(posterior: Posterior, count: int, leaders: float = 0.5) -> Floats:
    """Return how often each candidate was chosen in many rounds."""
    rng = np.random.default_rng(0)
    rounds = [top_two(posterior, count, rng, leaders=leaders) for _ in range(400)]
    return np.bincount(np.concatenate(rounds), minlength=posterior.mean.size) / 400


def test_calls_go_to_the_best_and_its_rival_and_not_to_the_hopeless() -> None:
    found = shares(posterior(np.array([0.0, 0.1, 5.0, 6.0]), np.full(4, 0.2)), count=2)

    assert found[0] > 0.95
    assert found[1] > 0.95
    assert found[2] + found[3] < 0.05


def test_one_at_a_time_half_of_the_calls_go_to_the_rival() -> None:
    found = shares(posterior(np.array([0.0, 1.0, 3.0]), np.array([0.1, 0.4, 0.1])), count=1)

    assert found[0] == pytest.approx(0.5, abs=0.1)
    assert found[1] > 0.35


def test_a_certain_belief_still_fills_the_round_with_distinct_candidates() -> None:
    certain = posterior(np.array([3.0, 1.0, 2.0]), np.zeros(3))

    found = top_two(certain, 3, np.random.default_rng(0), leaders=0.5)

    assert sorted(found.tolist()) == [0, 1, 2]


def test_more_candidates_than_there_are_are_not_made_up() -> None:
    found = top_two(posterior(np.zeros(2), np.ones(2)), 9, np.random.default_rng(0), leaders=0.5)

    assert sorted(found.tolist()) == [0, 1]


def test_noisy_losses_on_moving_blocks_lead_to_the_best_of_a_bank() -> None:
    truth = np.array([0.5, 0.45, 0.3, 0.6, 0.55, 0.4])
    hits = 0

    for seed in range(10):
        rng = np.random.default_rng(seed)
        search = TopTwo(candidates=6, each=2).start(Categorical((np.zeros(6),)), rng)
        for _ in range(25):
            points = search.ask(8)
            noise = 0.1 * rng.standard_normal(len(points)) + rng.standard_normal()
            search.tell(points, truth[points[:, 0].astype(int)] + noise)
        hits += mode(search.distribution)[0] == 2.0

    assert hits >= 9


def test_the_first_round_asks_the_field_and_later_ones_a_few() -> None:
    search = TopTwo(candidates=6, each=3).start(
        Categorical((np.zeros(9),)), np.random.default_rng(0)
    )
    first = search.ask(64)

    search.tell(first, np.arange(6.0))

    assert len(first) == 6
    assert first[0].tolist() == [0.0]
    assert len(search.ask(64)) == 3


def test_a_mixture_weighs_what_was_told_and_leaves_out_the_rest() -> None:
    search = TopTwo(candidates=4, mixture=0.5).start(
        Categorical((np.zeros(5),)), np.random.default_rng(0)
    )
    points = search.ask(64)

    search.tell(points, 0.1 * np.arange(4.0))

    found = search.distribution
    assert isinstance(found, Categorical)
    weights = found.probabilities[0]
    told = points[:, 0].astype(int)
    assert weights[told].sum() > 0.999
    assert (np.diff(weights[told]) < 0).all()
    assert weights[told].min() > 0.1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"candidates": 1}, "candidates: 1 is too few"),
        ({"each": 1}, "each: 1 is too few"),
        ({"leaders": 0.0}, r"leaders: 0.0 is not in \(0, 1\]; 0.5 is usual"),
        ({"mixture": -1.0}, "mixture: -1.0 is below 0"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TopTwo(**settings)


def test_other_spaces_are_refused_with_a_way_out() -> None:
    rng = np.random.default_rng(0)

    with pytest.raises(ValueError, match="not over a Gaussian; use a bank"):
        TopTwo().start(Gaussian(np.zeros(2), 1.0), rng)
    with pytest.raises(ValueError, match=r'2 slots; use .space. use = "bank"'):
        TopTwo(mixture=0.1).start(Categorical((np.zeros(2), np.zeros(2))), rng)
