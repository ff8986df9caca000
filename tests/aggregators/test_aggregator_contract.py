"""What every aggregator promises; a new file in the folder is found and held to it by itself."""

import dataclasses
import importlib
import itertools
import pkgutil
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from fedbbpt import aggregators
from fedbbpt.aggregators import Aggregator
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, mode, softmax
from fedbbpt.messages import Report, State

SIZES = (4, 3)
CANDIDATES = 5
WEIGHTS = {"anna": 7.0, "bert": 13.0, "cleo": 29.0, "dora": 3.0}


def table_statistics(rng: np.random.Generator, weight: float) -> dict[str, Floats]:
    """Return all that score work and search work over tables report, as one belief has it."""
    logits = [rng.normal(size=size) for size in SIZES]
    tables = {f"logits_{i}": slot - slot.mean() for i, slot in enumerate(logits)}
    counts = {f"counts_{i}": weight * softmax(slot) for i, slot in enumerate(logits)}
    return {"loss_sum": weight * rng.random(CANDIDATES), **tables, **counts}


def cloud_statistics(rng: np.random.Generator, weight: float) -> dict[str, Floats]:
    """Return what search work over a continuous space reports."""
    return {
        "loss_sum": weight * rng.random(CANDIDATES),
        "mean": rng.normal(size=3),
        "sigma": rng.uniform(0.5, 1.5, size=()),
        "cov": np.ones(3),
    }


@dataclasses.dataclass(frozen=True)
class Setting:
    """A state, and how owners report on it."""

    state: State
    statistics: Callable[[np.random.Generator, float], Mapping[str, Floats]]

    def report(self, client: str, seed: int, weight: float) -> Report:
        statistics = self.statistics(np.random.default_rng(seed), max(weight, 1.0))
        additive = frozenset(n for n in statistics if n.startswith(("loss_sum", "counts_")))
        return Report(client, 4, "f", statistics, additive, weight, 40, 1, 2, 40)

    def reports(self) -> list[Report]:
        return [self.report(name, seed, w) for seed, (name, w) in enumerate(WEIGHTS.items())]


MEMORY = {"kept": np.array([1.0, 2.0])}
TABLES = Categorical(tuple(np.zeros(size) for size in SIZES))
SETTINGS = (
    Setting(State(4, TABLES, MEMORY), table_statistics),
    Setting(State(4, Gaussian(np.zeros(3), 1.0), MEMORY), cloud_statistics),
)


def found_aggregators() -> dict[str, type]:
    """Return the one class that each plugin module of the folder offers, by module name."""
    found = {}
    for module in pkgutil.iter_modules(aggregators.__path__, f"{aggregators.__name__}."):
        offered = vars(importlib.import_module(module.name))
        for name in offered.get("__all__", []):
            found[module.name.rpartition(".")[2]] = offered[name]
    return found


FOUND = found_aggregators()


@pytest.fixture(params=sorted(FOUND))
def aggregator(request: pytest.FixtureRequest) -> Aggregator:
    built: Aggregator = FOUND[request.param]()
    return built


def accepts(aggregator: Aggregator, setting: Setting) -> bool:
    try:
        aggregator(setting.state, setting.reports())
    except ValueError:
        return False
    return True


@pytest.fixture
def setting(aggregator: Aggregator) -> Setting:
    """Return the first setting that the aggregator can merge."""
    accepted = [setting for setting in SETTINGS if accepts(aggregator, setting)]
    assert accepted, "the aggregator can merge nothing: add a setting that it is for"
    return accepted[0]


def distribution_bytes(distribution: Distribution) -> list[bytes]:
    match distribution:
        case Categorical(logits):
            return [slot.tobytes() for slot in logits]
        case Gaussian(mean, sigma, cov):
            return [mean.tobytes(), repr(sigma).encode(), b"" if cov is None else cov.tobytes()]
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
    pools = {"linear_pool", "log_linear_pool", "dirichlet_pool"}

    assert {"mean", "median"} | pools <= FOUND.keys()


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


def test_one_report_is_taken_as_it_is(aggregator: Aggregator, setting: Setting) -> None:
    report = setting.report("anna", seed=3, weight=50.0)

    after = aggregator(setting.state, [report])

    if "losses" in after.memory:
        own = report.statistics["loss_sum"] / report.weight
        assert after.memory["losses"] == pytest.approx(own, rel=1e-12)
    elif isinstance(after.distribution, Categorical):
        favourites = [report.statistics[f"logits_{i}"].argmax() for i in range(len(SIZES))]
        assert mode(after.distribution).tolist() == favourites
    else:
        assert mode(after.distribution) == pytest.approx(report.statistics["mean"], rel=1e-12)


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
