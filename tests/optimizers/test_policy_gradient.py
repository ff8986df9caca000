"""The policy gradient: its estimate is unbiased, its steps are as set."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, Floats, Gaussian, Points, softmax
from fedbbpt.optimizers.policy_gradient import (
    PolicyGradient,
    entropy_gradient,
    policy_gradient_estimate,
)

Estimate = Callable[[Sequence[Floats], Points, Floats], Sequence[Floats]]

LOGITS = (np.array([0.4, -0.9, 0.5]), np.array([-0.2, 1.1, -0.9]))
SPACE = np.array(list(itertools.product(range(3), range(3))), dtype=np.float64)
LOSSES = np.array([0.3, 1.4, 0.8, 0.1, 0.9, 2.0, 0.6, 1.1, 0.2])
"""Loss of every point of a space of two slots of three choices; not separable."""


def point_probabilities(logits: Sequence[Floats]) -> Floats:
    first, second = (softmax(slot) for slot in logits)
    return np.outer(first, second).ravel()


def expected_loss(flat: Floats) -> float:
    return float(point_probabilities((flat[:3], flat[3:])) @ LOSSES)


def exact_gradient() -> Floats:
    """Return the gradient of the expected loss by central differences, shape (6,)."""
    flat, step = np.concatenate(LOGITS), 1e-5
    slopes = [
        (expected_loss(flat + step * axis) - expected_loss(flat - step * axis)) / (2 * step)
        for axis in np.eye(6)
    ]
    return np.array(slopes)


def mean_estimate(estimate: Estimate, count: int) -> Floats:
    """Return the exact expectation of an estimate over all draws of ``count`` points."""
    chances = point_probabilities(LOGITS)
    total: Floats = np.zeros(6)
    for drawn in itertools.product(range(9), repeat=count):
        rows = list(drawn)
        found = estimate(LOGITS, SPACE[rows], LOSSES[rows])
        total += chances[rows].prod() * np.concatenate(found)
    return total


def scores_of_the_papers_code(logits: Sequence[Floats], points: Points) -> Floats:
    """Return +1/p at the drawn choices and -1/p at the others, carried over to logits."""
    scores = []
    for slot, column in zip(logits, points.T, strict=True):
        p = softmax(slot)
        signs = np.where(np.arange(slot.size) == column[:, None], 1.0, -1.0)
        jacobian = np.diag(p) - np.outer(p, p)
        scores.append((signs / p) @ jacobian)
    return np.concatenate(scores, axis=1)


def estimate_of_the_papers_code(
    logits: Sequence[Floats], points: Points, losses: Floats
) -> Sequence[Floats]:
    weights = (losses - losses.mean()) / (len(losses) - 1)
    return [weights @ scores_of_the_papers_code(logits, points)]


def estimate_without_baseline(
    logits: Sequence[Floats], points: Points, losses: Floats
) -> Sequence[Floats]:
    return [losses @ scores_of_the_papers_code(logits, points) / len(losses)]


@pytest.mark.parametrize("count", [2, 3])
def test_the_estimate_is_unbiased(count: int) -> None:
    assert mean_estimate(policy_gradient_estimate, count) == pytest.approx(
        exact_gradient(), abs=1e-9
    )


def test_the_score_of_the_papers_code_doubles_the_gradient() -> None:
    """Biased in length only: beside a mean baseline, what the code adds cancels."""
    found = mean_estimate(estimate_of_the_papers_code, 2)

    assert found == pytest.approx(2 * exact_gradient(), abs=1e-9)
    assert np.abs(found - exact_gradient()).max() > 0.1


def test_the_score_of_the_papers_code_without_a_baseline_points_elsewhere() -> None:
    found, wanted = mean_estimate(estimate_without_baseline, 1), exact_gradient()

    cosine = found @ wanted / (np.linalg.norm(found) * np.linalg.norm(wanted))

    assert cosine < 0.9


def test_the_estimate_does_not_see_a_constant_added_to_every_loss() -> None:
    losses = LOSSES[[0, 4, 5, 7]]
    points = SPACE[[0, 4, 5, 7]]

    found = policy_gradient_estimate(LOGITS, points, losses + 100.0)

    for shifted, plain in zip(found, policy_gradient_estimate(LOGITS, points, losses), strict=True):
        assert shifted == pytest.approx(plain, abs=1e-9)


def test_one_point_alone_gives_no_estimate() -> None:
    with pytest.raises(ValueError, match="leave-one-out baseline needs 2"):
        policy_gradient_estimate(LOGITS, SPACE[:1], LOSSES[:1])


def test_the_entropy_gradient_is_the_slope_of_the_entropy() -> None:
    step = 1e-5

    def entropy(flat: Floats) -> float:
        tables = [softmax(flat[:3]), softmax(flat[3:])]
        return float(-sum((p * np.log(p)).sum() for p in tables))

    flat = np.concatenate(LOGITS)
    slopes = [
        (entropy(flat + step * axis) - entropy(flat - step * axis)) / (2 * step)
        for axis in np.eye(6)
    ]

    assert np.concatenate(entropy_gradient(LOGITS)) == pytest.approx(slopes, abs=1e-8)


def stepped(settings: PolicyGradient, scale: float, rounds: int = 1) -> Floats:
    """Return how far the logits of one slot have moved from even."""
    search = settings.start(Categorical((np.zeros(3),)), np.random.default_rng(1))
    for _ in range(rounds):
        points = search.ask(8)
        search.tell(points, scale * points[:, 0])
    found = search.distribution
    assert isinstance(found, Categorical)
    return found.logits[0]


def test_a_long_gradient_is_cut_to_the_clip() -> None:
    move = stepped(PolicyGradient(learning_rate=0.5, clip=3.0), scale=1e6)

    assert np.linalg.norm(move) == pytest.approx(1.5)


def test_a_step_of_sgd_is_the_learning_rate_times_the_estimate() -> None:
    slow = stepped(PolicyGradient(learning_rate=0.1), scale=1.0)
    fast = stepped(PolicyGradient(learning_rate=0.2), scale=1.0)

    assert fast == pytest.approx(2 * slow)
    assert fast[0] > fast[2]


def test_a_first_step_of_adam_does_not_see_the_scale_of_the_losses() -> None:
    settings = PolicyGradient(learning_rate=0.1, optimizer="adam")

    assert stepped(settings, scale=1.0) == pytest.approx(stepped(settings, scale=1e-3), rel=1e-3)


def test_entropy_keeps_the_tables_softer() -> None:
    hard = stepped(PolicyGradient(), scale=1.0, rounds=60)
    soft = stepped(PolicyGradient(entropy=1.0), scale=1.0, rounds=60)

    assert softmax(soft).max() < softmax(hard).max() - 0.1


def test_no_more_points_are_asked_than_candidates() -> None:
    search = PolicyGradient(candidates=4).start(
        Categorical((np.zeros(3),)), np.random.default_rng(0)
    )

    assert len(search.ask(8)) == 4
    with pytest.raises(ValueError, match="count: 1 is too few"):
        search.ask(1)


def test_a_round_that_nobody_scored_is_asked_again() -> None:
    search = PolicyGradient().start(Categorical((np.zeros(9),)), np.random.default_rng(0))

    first = search.ask(8)

    assert search.ask(8).tobytes() == first.tobytes()
    assert search.ask(3).tobytes() == first[:3].tobytes()


def test_losses_are_told_once() -> None:
    search = PolicyGradient().start(Categorical((np.zeros(3),)), np.random.default_rng(0))
    points = search.ask(8)
    search.tell(points, points[:, 0])

    with pytest.raises(ValueError, match="not those last asked"):
        search.tell(points, points[:, 0])


def test_a_continuous_space_is_refused() -> None:
    with pytest.raises(ValueError, match="not a Gaussian; use a space of slots"):
        PolicyGradient().start(Gaussian(np.zeros(2), 1.0), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"learning_rate": 0.0}, "learning_rate: 0.0 is not above 0"),
        ({"candidates": 1}, "candidates: 1 is too few"),
        ({"entropy": -0.1}, "entropy: -0.1 is below 0"),
        ({"optimizer": "sdg"}, "optimizer: 'sdg'; expected one of sgd, adam"),
        ({"clip": 0.0}, "clip: 0.0 is not above 0"),
    ],
)
def test_a_setting_out_of_range_is_refused(settings: dict[str, float], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        PolicyGradient(**settings)  # type: ignore[arg-type]
