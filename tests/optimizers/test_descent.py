"""Steps: SPSA's gains as published, momentum and Adam against their recursions."""

import numpy as np
import pytest

from fedbbpt.optimizers.descent import Descent, check_rule, smoothing_gain, step_gain


def test_the_gains_are_those_of_spall_1998() -> None:
    """Section III: a / (A + k)^0.602 and c / k^0.101, k from 1, worked out by hand."""
    steps = [step_gain(0.16, k, 100.0) for k in range(3)]
    widths = [smoothing_gain(0.1, k) for k in (0, 1, 9, 99)]

    np.testing.assert_allclose(steps, [0.16 / n**0.602 for n in (101, 102, 103)], rtol=1e-12)
    np.testing.assert_allclose(steps[0], 0.009943, rtol=1e-4)
    np.testing.assert_allclose(widths, [0.1, 0.0932387, 0.0792501, 0.0628058], rtol=1e-5)


def test_spsa_steps_follow_the_gains() -> None:
    descent = Descent("spsa", 0.2, 10.0)
    gradient = np.array([1.0, -2.0])

    steps = np.stack([descent.step(gradient) for _ in range(4)])

    wanted = [step_gain(0.2, k, 10.0) * gradient for k in range(4)]
    np.testing.assert_allclose(steps, wanted, rtol=1e-12)


def test_plain_steps_are_the_gradient_scaled() -> None:
    assert Descent("sgd", 0.5).step(np.array([4.0, -1.0])).tolist() == [2.0, -0.5]


def test_momentum_adds_up_to_ten_gradients() -> None:
    descent = Descent("momentum", 1.0)

    last = [descent.step(np.ones(1))[0] for _ in range(200)][-1]

    assert last == pytest.approx(10.0, rel=1e-6)


def test_adam_steps_have_the_learning_rate_whatever_the_scale() -> None:
    small, large = Descent("adam", 0.05), Descent("adam", 0.05)
    gradient = np.array([3.0, -0.2])

    for _ in range(5):
        step, scaled = small.step(gradient), large.step(1000 * gradient)

        np.testing.assert_allclose(step, 0.05 * np.sign(gradient), rtol=1e-6)
        np.testing.assert_allclose(step, scaled, rtol=1e-6)


@pytest.mark.parametrize(
    ("rule", "rate", "field"),
    [("newton", 0.1, "step"), ("adam", 0.0, "learning_rate"), ("sgd", np.inf, "learning_rate")],
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: str, rate: float, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        check_rule(rule, rate)
