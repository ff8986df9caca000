import numpy as np
import pytest

from fedbbpt.distributions import Floats
from fedbbpt.randomness import rng
from fedbbpt.replay.synthetic import Probit


def same_ability(model: Probit, accuracy: float, voters: int = 4) -> Floats:
    return np.full((4000, voters), model.ability(accuracy))


@pytest.mark.parametrize("accuracy", [0.3, 0.6, 0.85])
def test_a_voter_is_right_as_often_as_its_ability_says(accuracy: float) -> None:
    model = Probit(answers=5, difficulty=1.0, interaction=0.5, pull=0.4)

    world = model.world(same_ability(model, accuracy), rng(7, "world"))
    said = world.draw(1, rng(7, "draw"))[:, :, 0]

    assert float((said == world.right[:, None]).mean()) == pytest.approx(accuracy, abs=0.03)
    assert said.min() == 0
    assert said.max() == 4


def test_errors_go_together() -> None:
    model = Probit(answers=6, difficulty=1.0, interaction=0.0, pull=0.5)

    world = model.world(same_ability(model, 0.6, 2), rng(7, "world"))
    first, second = world.draw(1, rng(7, "draw"))[:, :, 0].T

    wrong = (first != world.right) & (second != world.right)
    assert float(wrong.mean()) > 0.4**2 + 0.04
    assert float((first == second)[wrong].mean()) > 1 / 5 + 0.1


def test_without_spread_and_pull_errors_are_independent() -> None:
    model = Probit(answers=6, difficulty=0.0, interaction=0.0, pull=0.0)

    world = model.world(same_ability(model, 0.6, 2), rng(7, "world"))
    first, second = world.draw(1, rng(7, "draw"))[:, :, 0].T

    wrong = (first != world.right) & (second != world.right)
    assert float(wrong.mean()) == pytest.approx(0.16, abs=0.02)
    assert float((first == second)[wrong].mean()) == pytest.approx(0.2, abs=0.05)


def test_the_distractor_is_never_the_right_answer() -> None:
    model = Probit(answers=2)

    world = model.world(same_ability(model, 0.5), rng(7, "world"))

    assert not (world.right == world.distractor).any()


def test_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 answers"):
        Probit(answers=1)
    with pytest.raises(ValueError, match=r"^pull: 2"):
        Probit(pull=2)
    with pytest.raises(ValueError, match=r"^accuracy: 1"):
        Probit().ability(1.0)
