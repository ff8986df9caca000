"""Where the contract of aggregators lets them merge, and what owners report there."""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from fedbbpt.distributions import Categorical, Floats, Gaussian, Product, softmax
from fedbbpt.messages import Report, State
from fedbbpt.optimizers.scalar_log import ScalarLog
from fedbbpt.optimizers.shared_seeds import SharedSeeds

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
        "cov": rng.uniform(0.5, 2.0, size=3),
        "step_sizes": rng.uniform(0.5, 1.5, size=4),
        **compared_statistics(rng, weight),
    }


def sheared_statistics(rng: np.random.Generator, weight: float) -> dict[str, Floats]:
    """Return what search work with full covariances reports."""
    shear = np.eye(3) + np.tril(rng.uniform(-0.5, 0.5, size=(3, 3)))
    return {**cloud_statistics(rng, weight), "cov": shear @ shear.T}


def compared_statistics(rng: np.random.Generator, weight: float) -> dict[str, Floats]:
    return {
        "candidates": np.array(6.0),
        "compared_loss_sum": weight * rng.random(2),
        "compared_items": np.array([weight]),
    }


def product_statistics(rng: np.random.Generator, weight: float) -> dict[str, Floats]:
    """Return what search work over a Gaussian beside tables reports."""
    cloud, tables = cloud_statistics(rng, weight), table_statistics(rng, weight)
    shared = compared_statistics(rng, weight)
    parts = {f"part_0.{name}": array for name, array in cloud.items() if name not in shared}
    return {**parts, **{f"part_1.{name}": array for name, array in tables.items()}, **shared}


def scalar_statistics(rng: np.random.Generator, _weight: float) -> dict[str, Floats]:
    """Return what search work told by scalars reports, and where it leads."""
    log = ScalarLog.empty()
    for _ in range(3):
        log = log.after(rng.choice(16, 2, replace=False), rng.normal(size=2))
    shared = SharedSeeds(7, 16, "gaussian", 0.1)
    return {**log.arrays(), **shared.arrays(), "mean": shared.mean(CLOUD, log)}


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
CLOUD = Gaussian(np.array([0.5, -1.0, 0.0]), 1.0)
SETTINGS = {
    "tables": Setting(State(4, TABLES, MEMORY), table_statistics),
    "cloud": Setting(State(4, CLOUD, MEMORY), cloud_statistics),
    "scalars": Setting(State(4, CLOUD, MEMORY), scalar_statistics),
    "sheared": Setting(State(4, CLOUD, MEMORY), sheared_statistics),
    "product": Setting(State(4, Product((CLOUD, TABLES)), MEMORY), product_statistics),
}
