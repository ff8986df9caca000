import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.optimizers.evidence import Posterior
from fedbbpt.optimizers.improvement import best_improvements, lowest_bounds
from fedbbpt.optimizers.preference import preference, uncertainty


def posterior(mean: list[float], cov: Floats, times: list[int] | None = None) -> Posterior:
    told = np.array(times or [1] * len(mean), dtype=np.intp)
    return Posterior(np.array(mean), cov, 0.1, told)


def test_the_leader_is_asked_beside_what_may_improve_on_it() -> None:
    belief = posterior([0.0, 0.5, 0.5, 0.5], np.diag([0.01, 1.0, 0.01, 0.01]))

    assert best_improvements(belief, 2).tolist() == [0, 1]


def test_a_candidate_never_told_may_be_asked_and_does_not_lead() -> None:
    belief = posterior([0.3, -0.2], np.diag([0.1, 1.0]), times=[2, 0])

    assert best_improvements(belief, 2).tolist() == [0, 1]


def test_two_of_a_kind_are_not_asked_together_where_one_tells_of_both() -> None:
    cov = np.array([[1.0, 0.99, 0.0], [0.99, 1.0, 0.0], [0.0, 0.0, 0.8]])

    assert lowest_bounds(posterior([0.0, 0.0, 0.0], cov), 2, width=1.0).tolist() == [0, 2]


def test_without_width_the_least_means_are_asked() -> None:
    belief = posterior([0.3, 0.1, 0.2], np.diag([9.0, 0.0, 0.0]))

    assert lowest_bounds(belief, 2, width=0.0).tolist() == [1, 2]
    assert lowest_bounds(belief, 9, width=0.0).tolist() == [1, 2, 0]


def test_duels_tell_who_is_better_by_features() -> None:
    rng = np.random.default_rng(0)
    truth = np.array([2.0, -1.0, 0.0])
    pairs = rng.standard_normal((400, 3))
    won = rng.random(400) < 1 / (1 + np.exp(-pairs @ truth))

    found = preference(np.where(won[:, None], pairs, -pairs), ridge=1.0)

    assert np.abs(found - truth).max() < 0.4


def test_no_duel_gives_no_preference_and_full_doubt() -> None:
    nothing = np.empty((0, 2))

    assert preference(nothing, 1.0).tolist() == [0.0, 0.0]
    assert uncertainty(np.array([[3.0, 4.0]]), nothing, 1.0).tolist() == [5.0]


def test_duels_along_a_direction_take_its_doubt_away() -> None:
    duels = np.tile([1.0, 0.0], (9, 1))

    along, across = uncertainty(np.eye(2), duels, 1.0)

    assert along < 0.33
    assert across == 1.0
