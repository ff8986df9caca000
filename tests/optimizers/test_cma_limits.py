"""CMA-ES: what ends a search, and what is refused."""

import importlib.util
import math
import sys

import numpy as np
import pytest
from vector_searches import Loss, begin, gaussian, run, sphere

from fedbbpt.distributions import Categorical, Gaussian
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers.cma import CMA

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("cma") is None, reason="cma is an extra, not installed"
)


def test_flat_losses_do_not_end_a_search() -> None:
    search = begin(CMA(), Gaussian(np.zeros(6), 0.5))

    asked = run(search, lambda points: np.full(len(points), 0.25), 30)

    assert len(asked) == 30
    assert not search.ended


@pytest.mark.parametrize(
    ("loss", "reason"),
    [(sphere, "collapsed"), (lambda points: points[:, 0].copy(), "blew up")],
)
def test_a_step_size_without_meaning_ends_the_search_with_the_reason(
    loss: Loss, reason: str
) -> None:
    search = begin(CMA(collapse=1e-3, blow_up=100), Gaussian(np.ones(4), 0.5))

    asked = run(search, loss, 500)

    assert reason in search.ended
    assert len(asked) < 500
    assert not len(search.ask(64))
    assert search.best is not None
    everything = np.concatenate([loss(points) for points in asked])
    assert search.best.loss == everything.min()
    assert gaussian(search).sigma > 0


def test_a_covariance_that_degenerates_ends_the_search_with_the_reason() -> None:
    search = begin(CMA(collapse=1e-300, blow_up=1e300), Gaussian(np.ones(2), 0.5))

    run(search, lambda points: (1e9 * points[:, 0]) ** 2 + points[:, 1] ** 2, 1000)

    assert "longest axis" in search.ended


@pytest.mark.parametrize(
    ("settings", "count"), [(CMA(), 3), (CMA(population=10), 9), (CMA(reevaluate=5), 5)]
)
def test_a_round_too_small_for_the_population_is_refused_with_the_minimum(
    settings: CMA, count: int
) -> None:
    search = begin(settings, Gaussian(np.zeros(4), 1.0))

    with pytest.raises(ValueError, match=r"population: .*minimum is 4"):
        search.ask(count)


def test_a_round_that_shrinks_below_the_population_is_refused() -> None:
    search = begin(CMA(population=8), Gaussian(np.zeros(4), 1.0))
    run(search, sphere, 1)

    with pytest.raises(ValueError, match="below this search's population of 8"):
        search.ask(6)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("population", 3),
        ("population", -5),
        ("reevaluate", -1),
        ("collapse", 0.0),
        ("collapse", 1.0),
        ("blow_up", 1.0),
        ("blow_up", math.inf),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        CMA(**{field: value})  # type: ignore[arg-type]


def test_starts_that_it_cannot_search_are_refused() -> None:
    rng = np.random.default_rng(0)
    flat = np.ones((3, 3))

    with pytest.raises(ValueError, match="distribution: cma moves a Gaussian"):
        CMA().start(Categorical((np.zeros(2),)), rng)
    with pytest.raises(ValueError, match="at least 2 coordinates"):
        CMA().start(Gaussian(np.zeros(1), 1.0), rng)
    with pytest.raises(ValueError, match="cov: not positive definite"):
        CMA().start(Gaussian(np.zeros(3), 1.0, flat - 1e-3 * np.eye(3)), rng)


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cma", None)

    with pytest.raises(ConfigError, match=r"fedbbpt\[cma\]"):
        CMA().start(Gaussian(np.zeros(3), 1.0), np.random.default_rng(0))
