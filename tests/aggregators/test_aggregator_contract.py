"""What every aggregator promises; a new file in the folder is found and held to it by itself."""

import dataclasses
import importlib
import itertools
import pkgutil
from collections.abc import Sequence

import numpy as np
import pytest
from aggregator_settings import MEMORY, SETTINGS, SIZES, WEIGHTS, Setting

from fedbbpt import aggregators
from fedbbpt.aggregators import Aggregator
from fedbbpt.aggregators.server_steps import parameters
from fedbbpt.beliefs import from_statistics
from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Gaussian,
    Product,
    mode,
)
from fedbbpt.messages import Report, State

ADAPTIVE = {"fed_adam", "fed_yogi"}
"""Their steps are of a length of their own: laws in test_server_steps.py."""


def found_aggregators() -> dict[str, type]:
    """Return the one class that each plugin module of the folder offers, by module name."""
    found = {}
    for module in pkgutil.iter_modules(aggregators.__path__, f"{aggregators.__name__}."):
        offered = vars(importlib.import_module(module.name))
        for name in offered.get("__all__", []):
            found[module.name.rpartition(".")[2]] = offered[name]
    return found


FOUND = found_aggregators()


def accepts(aggregator: Aggregator, setting: Setting) -> bool:
    try:
        aggregator(setting.state, setting.reports())
    except ValueError:
        return False
    return True


PAIRS = [(n, s) for n in sorted(FOUND) for s in SETTINGS if accepts(FOUND[n](), SETTINGS[s])]


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return the name of an aggregator, and of a setting that it can merge."""
    name, setting = request.param
    return str(name), str(setting)


@pytest.fixture
def aggregator(pair: tuple[str, str]) -> Aggregator:
    built: Aggregator = FOUND[pair[0]]()
    return built


@pytest.fixture
def setting(pair: tuple[str, str]) -> Setting:
    return SETTINGS[pair[1]]


def distribution_bytes(distribution: Distribution) -> list[bytes]:
    match distribution:
        case Categorical(logits):
            return [slot.tobytes() for slot in logits]
        case Gaussian(mean, sigma, cov):
            return [mean.tobytes(), repr(sigma).encode(), b"" if cov is None else cov.tobytes()]
        case Product(parts):
            return [piece for part in parts for piece in distribution_bytes(part)]
        case _:
            pytest.fail(f"no byte form for {distribution}")


def state_bytes(state: State) -> object:
    memory = {name: array.tobytes() for name, array in sorted(state.memory.items())}
    return state.round, distribution_bytes(state.distribution), memory


def report_bytes(reports: Sequence[Report]) -> object:
    return [
        (r.client, r.weight, {name: array.tobytes() for name, array in r.statistics.items()})
        for r in reports
    ]


def test_the_folder_holds_aggregators() -> None:
    pools = {"linear_pool", "log_linear_pool", "dirichlet_pool", "fedavg_gaussian", "by_parts"}

    assert {"mean", "median"} | pools <= FOUND.keys()


def test_every_aggregator_can_merge_something() -> None:
    idle = FOUND.keys() - {name for name, _ in PAIRS}

    assert not idle, "these can merge nothing: add a setting that they are for"


@pytest.mark.parametrize("name", sorted(FOUND))
def test_an_aggregator_is_a_frozen_value_of_plain_settings(name: str) -> None:
    aggregator = FOUND[name]()

    settings = dataclasses.asdict(aggregator)

    assert all(isinstance(value, bool | int | float | str | None) for value in settings.values())
    assert FOUND[name](**settings) == aggregator
    for field, value in settings.items():
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(aggregator, field, value)


def test_one_more_round_is_finished_and_other_memory_is_kept(
    aggregator: Aggregator, setting: Setting
) -> None:
    after = aggregator(setting.state, setting.reports())

    assert after.round == setting.state.round + 1
    assert after.memory["kept"].tolist() == MEMORY["kept"].tolist()
    assert not any(after.memory[name].flags.writeable for name in after.memory if name != "kept")


def test_the_order_of_reports_does_not_change_a_bit(
    aggregator: Aggregator, setting: Setting
) -> None:
    orders = itertools.permutations(setting.reports())

    found = [state_bytes(aggregator(setting.state, order)) for order in orders]

    assert all(other == found[0] for other in found)


def test_one_report_is_taken_as_it_is(
    pair: tuple[str, str], aggregator: Aggregator, setting: Setting
) -> None:
    report = setting.report("anna", seed=3, weight=50.0)

    after = aggregator(setting.state, [report])

    if pair[0] in ADAPTIVE:
        before, there = parameters(setting.state.distribution), parameters(after.distribution)
        wanted = parameters(from_statistics(report.statistics, setting.state.distribution))
        pull = wanted - before
        # Where it goes is what the report wants; how far, test_server_steps.py says.
        assert (np.sign(there - before) == np.sign(pull))[np.abs(pull) > 1e-3].all()
        assert not np.array_equal(there, before)
        return
    if pair[0] == "partial_exchange":
        before, there = parameters(setting.state.distribution), parameters(after.distribution)
        wanted = parameters(from_statistics(report.statistics, setting.state.distribution))
        # Which blocks take part is its own matter: laws in test_partial_exchange.py.
        assert ((there == before) | np.isclose(there, wanted, atol=1e-12)).all()
        return
    if "losses" in after.memory:
        own = report.statistics["loss_sum"] / report.weight
        assert after.memory["losses"] == pytest.approx(own, rel=1e-12)
    elif isinstance(after.distribution, Categorical):
        favourites = [report.statistics[f"logits_{i}"].argmax() for i in range(len(SIZES))]
        assert mode(after.distribution).tolist() == favourites
    elif isinstance(after.distribution, Gaussian):
        assert mode(after.distribution) == pytest.approx(report.statistics["mean"], rel=1e-9)
    else:
        believed = from_statistics(report.statistics, setting.state.distribution)
        assert mode(after.distribution) == pytest.approx(mode(believed), rel=1e-9)


def test_reports_without_weight_count_for_nothing(aggregator: Aggregator, setting: Setting) -> None:
    reports = setting.reports()
    empty = setting.report("eric", seed=9, weight=0.0)

    with_empty = aggregator(setting.state, [reports[0], empty, *reports[1:]])

    assert state_bytes(with_empty) == state_bytes(aggregator(setting.state, reports))


def test_a_report_without_weight_may_lack_every_statistic(
    aggregator: Aggregator, setting: Setting
) -> None:
    reports = setting.reports()
    empty = Report("eric", 4, "f", {}, frozenset(), 0.0, 0, 0, 0, 0)

    with_empty = aggregator(setting.state, [*reports, empty])

    assert state_bytes(with_empty) == state_bytes(aggregator(setting.state, reports))


def test_a_round_without_any_weight_cannot_be_merged(
    aggregator: Aggregator, setting: Setting
) -> None:
    empty = [setting.report(name, seed=1, weight=0.0) for name in WEIGHTS]

    for reports in (empty, []):
        with pytest.raises(ValueError, match="weight"):
            aggregator(setting.state, reports)


def test_a_report_that_lacks_what_is_needed_is_refused(
    aggregator: Aggregator, setting: Setting
) -> None:
    first, *others = setting.reports()
    poor = dataclasses.replace(first, statistics={}, additive=frozenset())

    with pytest.raises(ValueError, match=first.client):
        aggregator(setting.state, [poor, *others])


def test_a_statistic_of_another_shape_is_refused(aggregator: Aggregator, setting: Setting) -> None:
    first, *others = setting.reports()
    longer = {name: np.append(array, 0.0) for name, array in first.statistics.items()}

    with pytest.raises(ValueError, match="shape"):
        aggregator(setting.state, [dataclasses.replace(first, statistics=longer), *others])


def test_state_and_reports_stay_untouched(aggregator: Aggregator, setting: Setting) -> None:
    reports = setting.reports()
    before = state_bytes(setting.state), report_bytes(reports)

    aggregator(setting.state, reports)

    assert (state_bytes(setting.state), report_bytes(reports)) == before
