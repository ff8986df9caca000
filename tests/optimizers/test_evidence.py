import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.distributions import Floats
from fedbbpt.optimizers.evidence import Evidence, Indices


def told(
    truth: Floats, rounds: int, *, noise: float, block: float, each: int = 4, seed: int = 0
) -> Evidence:
    """Return evidence of random candidates, each round on a block that moves all of them."""
    rng = np.random.default_rng(seed)
    evidence = Evidence(len(truth), None)
    for _ in range(rounds):
        rows: Indices = np.sort(rng.choice(len(truth), size=each, replace=False))
        shift = block * rng.standard_normal()
        evidence.add(rows, truth[rows] + shift + noise * rng.standard_normal(each))
    return evidence


def test_before_any_loss_all_candidates_are_equal_and_unknown() -> None:
    found = Evidence(3, None).posterior()

    assert found.mean.tolist() == [0.0, 0.0, 0.0]
    assert np.allclose(found.cov, np.eye(3))
    assert found.leader == 0


def test_means_are_right_although_blocks_move_everything() -> None:
    truth = np.linspace(0.0, 1.0, 8)

    found = told(truth, 40, noise=0.02, block=3.0).posterior()

    assert np.corrcoef(found.mean, truth)[0, 1] > 0.99
    assert found.leader == 0


def test_a_round_on_an_easy_block_does_not_make_its_candidates_better() -> None:
    """0 beats 1 on a hard block and 2 beats 3 on an easy one: nothing says that 2 beats 0."""
    evidence = told(np.array([0.0, 0.2, 0.1, 0.3]), 30, noise=0.01, block=2.0, each=2)

    assert evidence.posterior().leader == 0


def test_what_is_asked_more_is_known_better() -> None:
    evidence = Evidence(3, None)
    rng = np.random.default_rng(1)
    for turn in range(12):
        rows = np.array([0, 1]) if turn else np.array([0, 1, 2])
        evidence.add(rows, rng.standard_normal(len(rows)))

    found = evidence.posterior()

    assert found.cov[2, 2] > 1.5 * found.cov[0, 0]
    assert found.times.tolist() == [12, 12, 1]


def test_losses_of_one_candidate_say_something_of_another_that_is_like_it() -> None:
    alike = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    evidence = Evidence(3, alike)

    for _ in range(4):
        evidence.add(np.array([0, 2]), np.array([0.1, 0.9]))
    found = evidence.posterior()

    assert found.mean[1] < found.mean[2] - 0.1
    assert found.leader == 0


def test_equal_losses_leave_doubt_but_no_order() -> None:
    evidence = Evidence(2, None)

    evidence.add(np.array([0, 1]), np.array([0.5, 0.5]))
    found = evidence.posterior()

    assert found.mean.tolist() == pytest.approx([0.5, 0.5])
    assert np.linalg.eigvalsh(found.cov).min() > -1e-12


@given(
    shift=st.floats(-50, 50),
    scale=st.floats(0.1, 20),
    seed=st.integers(0, 50),
)
def test_the_order_does_not_see_shift_and_scale_of_all_losses(
    shift: float, scale: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    plain, moved = Evidence(4, None), Evidence(4, None)

    for _ in range(5):
        losses = rng.standard_normal(3)
        rows = np.sort(rng.choice(4, 3, replace=False))
        plain.add(rows, losses)
        moved.add(rows, shift + scale * losses)

    expected = shift + scale * plain.posterior().mean
    assert np.allclose(moved.posterior().mean, expected, atol=1e-6 * (abs(shift) + scale))
