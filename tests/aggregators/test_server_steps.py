"""The server as an optimizer: momentum, Adam and Yogi on what owners pull to."""

import math

import numpy as np
import pytest
from gaussian_reports import START, Told, any_gaussian, means, merged, owners, reports
from hypothesis import given, settings

from fedbbpt.aggregators import Aggregator
from fedbbpt.aggregators.fed_adam import FedAdam
from fedbbpt.aggregators.fed_momentum import FedMomentum
from fedbbpt.aggregators.fed_yogi import FedYogi
from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.server_steps import parameters, placed
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, Product
from fedbbpt.messages import State

BEGIN = State(0, START)
RULES: list[Aggregator] = [FedMomentum(), FedAdam(), FedYogi()]
TABLES = Categorical((np.array([1.0, -1.0]), np.array([0.0, 2.0, -2.0])))


def pulling(place: Floats) -> list[Told]:
    return [Told(Gaussian(place, 0.5, np.ones(3)))]


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(owners(any_gaussian), means)
@settings(max_examples=15)
def test_moving_everything_moves_the_result(
    rule: Aggregator, told: list[Told], shift: Floats
) -> None:
    def moved(gaussian: Gaussian) -> Gaussian:
        return Gaussian(gaussian.mean + shift, gaussian.sigma, gaussian.cov)

    here = merged(rule(BEGIN, reports(told)))
    away = [one._replace(gaussian=moved(one.gaussian)) for one in told]
    there = merged(rule(State(0, moved(START)), reports(away)))

    assert there.mean == pytest.approx(here.mean + shift, abs=1e-6)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_without_a_pull_nothing_moves(rule: Aggregator) -> None:
    after = merged(rule(BEGIN, reports(pulling(START.mean))))

    assert after.mean.tolist() == START.mean.tolist()
    assert after.sigma == pytest.approx(0.5)


@given(owners(any_gaussian))
@settings(max_examples=15)
def test_without_momentum_and_at_rate_one_it_is_plain_averaging(told: list[Told]) -> None:
    plain = merged(FedavgGaussian()(BEGIN, reports(told)))

    after = merged(FedMomentum(momentum=0.0)(BEGIN, reports(told)))

    assert after.mean == pytest.approx(plain.mean, abs=1e-12)
    assert (after.sigma, after.cov is None) == (plain.sigma, plain.cov is None)


def test_momentum_goes_on_where_owners_pulled_before() -> None:
    rule = FedMomentum(momentum=0.5)

    first = rule(BEGIN, reports(pulling(START.mean + 1)))
    second = rule(first, reports(pulling(merged(first).mean)))

    assert merged(first).mean == pytest.approx(START.mean + 1)
    assert merged(second).mean == pytest.approx(START.mean + 1.5)


@given(owners(any_gaussian))
@settings(max_examples=25)
def test_a_first_adaptive_step_is_no_longer_than_promised(told: list[Told]) -> None:
    rule = FedAdam(learning_rate=0.2, first=0.9, second=0.96)

    after = merged(rule(BEGIN, reports(told)))

    most = 0.2 * (1 - 0.9) / math.sqrt(1 - 0.96)
    assert np.abs(after.mean - START.mean).max() <= most


def test_after_one_hard_pull_yogi_forgets_slower_than_adam() -> None:
    adam, yogi = BEGIN, BEGIN
    for pull in (5.0, 0.1, 0.1, 0.1):
        adam = FedAdam(second=0.5)(adam, reports(pulling(merged(adam).mean + pull)))
        yogi = FedYogi(second=0.5)(yogi, reports(pulling(merged(yogi).mean + pull)))

    assert (yogi.memory["server_square"] > 2 * adam.memory["server_square"]).all()
    assert (adam.memory["server_square"] > 0).all()


@pytest.mark.parametrize("start", [START, TABLES, Product((START, TABLES, START))])
def test_parameters_put_back_are_the_same_distribution(start: Distribution) -> None:
    again = placed(start, parameters(start))

    assert parameters(again).tolist() == parameters(start).tolist()
    moved = parameters(placed(start, parameters(start) + 1.0))
    gaussians = 3 if start is START else 0 if start is TABLES else 6
    assert np.sum(moved - parameters(start)) == pytest.approx(gaussians)  # tables are centred


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: FedAdam(learning_rate=0.0), "learning_rate"),
        (lambda: FedAdam(first=1.0), "first"),
        (lambda: FedYogi(second=-0.1), "second"),
        (lambda: FedYogi(floor=0.0), "floor"),
        (lambda: FedMomentum(momentum=1.0), "momentum"),
        (lambda: FedMomentum(learning_rate=math.inf), "learning_rate"),
        (lambda: FedAdam(weights="gain"), "weights"),  # type: ignore[arg-type]
    ],
)
def test_settings_out_of_range_are_refused(make: type[Aggregator], field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: "):
        make()
