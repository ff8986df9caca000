"""Nevergrad's optimizers by name, with chance of their own and a belief that says what it is."""

import importlib.util
import sys
from typing import Any

import numpy as np
import pytest

from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Point,
    Points,
    Product,
    mode,
)
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers import VectorSearch
from fedbbpt.optimizers.legacy_chance import LegacyChance
from fedbbpt.optimizers.nevergrad import Nevergrad
from fedbbpt.optimizers.pieces import Piece

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("nevergrad") is None, reason="nevergrad is an extra, not installed"
)

CLOUD = Gaussian(np.full(4, 0.5), 0.3)
TABLES = Categorical((np.array([0.0, 2.0, 1.0]), np.zeros(1), np.array([1.0, 0.0])))


def sphere(points: Points) -> Floats:
    squares: Floats = (points**2).sum(axis=1)
    return squares


def begin(settings: Nevergrad, start: Distribution = CLOUD, seed: int = 0) -> VectorSearch:
    search = settings.start(start, np.random.default_rng(seed))
    assert isinstance(search, VectorSearch)
    return search


def run(search: VectorSearch, rounds: int) -> list[bytes]:
    asked = []
    for _ in range(rounds):
        points = search.ask(64)
        if not len(points):
            break
        search.tell(points, sphere(points))
        asked.append(points.tobytes())
    return asked


@pytest.mark.parametrize("method", ["OnePlusOne", "PSO", "NaiveTBPSA", "DE", "DiagonalCMA"])
def test_a_method_by_name_goes_most_of_the_way_down_a_sphere(method: str) -> None:
    """25 rounds of 8 points, d = 4."""
    search = begin(Nevergrad(method=method))

    run(search, 25)

    assert sphere(mode(search.distribution)[None])[0] < 0.4 * sphere(CLOUD.mean[None])[0]


@pytest.mark.parametrize("method", ["RotatedTwoPointsDE", "SparseDiscreteOnePlusOne"])
def test_numpys_global_generator_neither_matters_nor_moves(method: str) -> None:
    found = []

    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002 - what must not matter
        before = str(np.random.get_state(legacy=True))  # noqa: NPY002
        found.append(run(begin(Nevergrad(method=method)), 6))

        assert str(np.random.get_state(legacy=True)) == before  # noqa: NPY002

    assert found[0] == found[1]


def test_what_a_library_draws_goes_on_where_it_stopped() -> None:
    chance = LegacyChance([3])
    with chance.used():
        first = np.random.random()  # noqa: NPY002
    np.random.random()  # noqa: NPY002

    with chance.used():
        second = np.random.random()  # noqa: NPY002

    whole = np.random.RandomState([3]).random_sample(2)
    assert [first, second] == whole.tolist()


def test_the_belief_is_the_recommended_point_and_the_spread_of_the_points_asked_last() -> None:
    shape = np.array([4.0, 1.0, 1.0, 0.25])
    search = begin(Nevergrad(method="OnePlusOne"), Gaussian(CLOUD.mean, 0.3, shape))
    run(search, 4)
    points = search.ask(64)

    search.tell(points, sphere(points))

    found = search.distribution
    assert isinstance(found, Gaussian)
    spread = np.sqrt((((points - found.mean) / np.sqrt(shape)) ** 2).mean())
    assert found.sigma == pytest.approx(spread)
    assert found.cov is not None
    assert found.cov.tolist() == shape.tolist()


@pytest.mark.parametrize("softmax", [False, True])
def test_choices_begin_at_the_most_likely_ones(softmax: bool) -> None:
    library: Any = pytest.importorskip("nevergrad")

    parameters = Piece(TABLES).parameters(library, softmax)

    held = library.p.Tuple(*parameters)
    assert held.value == (1, 0, 0)


def test_vectors_and_choices_are_searched_side_by_side() -> None:
    search = begin(Nevergrad(choices="softmax"), Product((CLOUD, TABLES)))

    run(search, 8)

    found = search.distribution
    assert isinstance(found, Product)
    assert isinstance(found.parts[0], Gaussian)
    assert isinstance(found.parts[1], Categorical)
    assert sphere(mode(found)[None])[0] < sphere(mode(Product((CLOUD, TABLES)))[None])[0]


def test_a_method_that_fails_with_this_numpy_ends_with_the_reason() -> None:
    """NGOpt's model of small spaces does with numpy 2.4; with others it goes on."""
    search = begin(Nevergrad(method="NGOpt", budget=320))

    asked = run(search, 40)

    assert len(asked) == 40 or "use another method" in search.ended
    assert search.best is not None


def test_a_method_that_is_not_there_or_asks_one_by_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"method: nevergrad has no 'OnePlusOn'; did you mean"):
        begin(Nevergrad(method="OnePlusOn"))
    with pytest.raises(ValueError, match="method: Cobyla asks one point at a time"):
        begin(Nevergrad(method="Cobyla")).ask(8)


def test_other_starts_are_refused() -> None:
    with pytest.raises(ValueError, match="distribution: nevergrad searches"):
        begin(Nevergrad(), Product((CLOUD, Point(np.zeros(2)))))
    with pytest.raises(ValueError, match="count: 0 new points"):
        begin(Nevergrad(reevaluate=1)).ask(2)


@pytest.mark.parametrize(
    ("field", "value"),
    [("population", 0), ("budget", -1), ("choices", "any"), ("reevaluate", -1)],
)
def test_a_setting_out_of_its_range_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Nevergrad(**{field: value})  # type: ignore[arg-type]


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "nevergrad", None)

    with pytest.raises(ConfigError, match=r"fedbbpt\[nevergrad\]"):
        begin(Nevergrad())
