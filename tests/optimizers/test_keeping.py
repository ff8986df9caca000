"""The best point so far, kept honest by asking it again."""

import numpy as np
import pytest

from fedbbpt.distributions import Floats, Gaussian, Points
from fedbbpt.optimizers.keeping import Keeping, check_reevaluate

TRUTH = np.array([3.0, 1.0, 2.0])


class Listed:
    """Proposes three given points every generation; its mode is the origin."""

    def __init__(self) -> None:
        self.distribution = Gaussian(np.zeros(1), 1.0)
        self.ended = ""
        self.learnt: list[list[float]] = []

    def propose(self, count: int) -> Points:
        return np.array([[30.0], [10.0], [20.0]])[: max(count, 0)]

    def learn(self, losses: Floats) -> None:
        self.learnt.append(losses.tolist())


def test_the_best_is_the_smallest_loss_so_far() -> None:
    search = Keeping(Listed(), 0)

    for shift in (0.5, 0.0, 0.2):
        search.tell(search.ask(3), TRUTH + shift)

    assert search.best is not None
    assert search.best.point.tolist() == [10.0]
    assert search.best.loss == 1.0


def test_there_is_no_best_before_any_loss() -> None:
    assert Keeping(Listed(), 0).best is None


def test_every_second_generation_asks_mode_and_best_again_and_hides_them_from_the_steps() -> None:
    steps = Listed()
    search = Keeping(steps, 2)
    sizes = []

    for _ in range(4):
        points = search.ask(5)
        sizes.append(len(points))
        extra = [9.0, 1.5] if len(points) == 5 else []
        search.tell(points, np.array([*TRUTH, *extra]))

    assert sizes == [3, 5, 3, 5]
    assert steps.learnt == [TRUTH.tolist()] * 4
    assert search.best is not None
    assert search.best.loss == 1.0  # 10.0 was drawn anew at 1.0, below its own mean of 1.25


def test_the_mode_and_the_best_are_asked_as_they_are() -> None:
    search = Keeping(Listed(), 1)
    first = search.ask(5)
    search.tell(first, TRUTH)

    again = search.ask(5)

    assert len(first) == 3
    assert again[3:].tolist() == [[0.0], [10.0]]


def test_a_lucky_draw_gives_way_to_the_mode_that_does_better_beside_it() -> None:
    search = Keeping(Listed(), 2)
    search.tell(search.ask(5), np.array([3.0, -1.0, 2.0]))

    search.tell(search.ask(5), np.array([3.0, 3.0, 3.0, 0.5, 1.5]))

    assert search.best is not None
    assert search.best.point.tolist() == [0.0]
    assert search.best.loss == 0.5


def test_a_best_that_holds_gets_the_mean_of_its_measurements() -> None:
    search = Keeping(Listed(), 2)
    search.tell(search.ask(5), np.array([3.0, -1.0, 2.0]))

    search.tell(search.ask(5), np.array([3.0, 3.0, 3.0, 1.5, 0.5]))

    assert search.best is not None
    assert search.best.point.tolist() == [10.0]
    assert search.best.loss == pytest.approx(-0.25)
    assert search.best.times == 2


def test_points_not_told_are_asked_again_and_a_smaller_round_is_refused() -> None:
    search = Keeping(Listed(), 0)
    first = search.ask(3)

    assert search.ask(9) is first
    with pytest.raises(ValueError, match="count: 2 is below the 3 points"):
        search.ask(2)


def test_a_negative_number_of_generations_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^reevaluate: -1"):
        check_reevaluate(-1)
