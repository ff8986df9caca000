from typing import Any

import numpy as np
import pytest

from fedbbpt.distributions import Categorical, mode
from fedbbpt.optimizers.triple_sh import TripleSh


def played(candidates: int, finalists: int = 1) -> list[list[int]]:
    """Return the candidates of every round when a candidate's loss is its number."""
    search = TripleSh(candidates, finalists).start(
        Categorical((np.zeros(candidates),)), np.random.default_rng(0)
    )
    rounds = []
    while len(points := search.ask(64)):
        search.tell(points, points[:, 0])
        rounds.append(points[:, 0].astype(int).tolist())
    return rounds


def test_every_phase_has_about_as_many_new_calls_as_the_first() -> None:
    rounds = played(8)

    assert [len(asked) for asked in rounds] == [8, 4, 4, 2, 2, 2, 2]
    assert rounds[-1] == [0, 1]


def test_a_field_that_does_not_halve_evenly_is_rounded_up() -> None:
    assert [len(asked) for asked in played(5)] == [5, 3, 2, 2]


def test_it_ends_with_the_finalists() -> None:
    assert [len(asked) for asked in played(8, finalists=4)] == [8]


def test_earlier_losses_count_as_much_as_later_ones() -> None:
    search = TripleSh(candidates=4).start(Categorical((np.zeros(4),)), np.random.default_rng(0))
    search.tell(search.ask(9), np.array([0.0, 0.3, 0.9, 0.9]))

    search.tell(search.ask(9), np.array([0.4, 0.2]))

    assert mode(search.distribution).tolist() == [0.0]


def test_a_mixture_is_over_the_survivors_alone() -> None:
    search = TripleSh(candidates=4, mixture=1.0).start(
        Categorical((np.zeros(4),)), np.random.default_rng(0)
    )

    search.tell(search.ask(9), np.array([0.0, 0.3, 0.9, 0.9]))

    found = search.distribution
    assert isinstance(found, Categorical)
    assert found.probabilities[0][:2].sum() > 0.999
    assert found.probabilities[0][1] > 0.3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"candidates": 1}, "candidates: 1 is too few"),
        ({"finalists": 13}, r"finalists: 13 is not in \[1, 12\]"),
        ({"mixture": -0.1}, "mixture: -0.1 is below 0"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TripleSh(**settings)
