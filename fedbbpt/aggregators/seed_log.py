"""Owners' slopes along common directions, added up: FedKSeed's server.

Qin et al. 2024, arXiv:2312.06353; the log of several local steps: DecomFL, Li et al. 2025,
arXiv:2405.15861.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fedbbpt.aggregators.gaussians import cloud
from fedbbpt.aggregators.weighting import Weights, check_weights, counted, shares
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State
from fedbbpt.optimizers.scalar_log import ScalarLog
from fedbbpt.optimizers.shared_seeds import SharedSeeds, merged_step

__all__ = ["SeedLog"]

START = "log_start"


@dataclass(frozen=True, slots=True)
class SeedLog:
    """Add the owners' slopes direction by direction to an append-only log.

    Owners take several steps of their own and report seeds and slopes in the place of a vector, so
    ``[optimizer]`` must be ``finite_seeds`` with ``step = "sgd"``.

    Laws: the mean is a function of the run's start and the log, so that whoever joins late replays
    it to the same bits; one report alone is where that owner's search ended; the order of reports
    does not matter.

    Attributes:
        weights: ``"size"`` or ``"uniform"``.

    Raises:
        ValueError: unknown weights.
    """

    weights: Weights = "size"
    reads_scalars: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_weights(self.weights)

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state with one step more in its log.

        Raises:
            ValueError: no report has weight or one has no log that fits, or owners have other sets
                of directions than the others.
        """
        present = counted(reports)
        now = cloud(state)
        terms = _common(present)
        parts = shares(present, self.weights)
        logs = [_log(report) for report in present]
        summed = sum(
            (part * terms.sums(log) for part, log in zip(parts, logs, strict=True)),
            np.zeros(terms.count),
        )
        start, before = _begun(state.memory, now, terms)
        step = merged_step(summed)
        log = before.after(step.seeds, step.slopes)
        mean = terms.mean(start, log)
        if not np.isfinite(mean).all():
            raise ValueError("mean: the steps diverged; lower [optimizer] learning_rate")
        memory = {**state.memory, START: start.mean, **log.arrays(), **terms.arrays()}
        there = Gaussian(mean, now.sigma, now.cov)
        return replace(state, round=state.round + 1, distribution=there, memory=memory)


def joined_late(memory: Mapping[str, Floats], start: Gaussian) -> Floats:
    """Return the mean that the server has, shape (d,), from its log alone.

    Args:
        memory: of the server's state.
        start: what the run began at.

    Raises:
        ValueError: there is no log.
    """
    return SharedSeeds.read(memory).mean(start, ScalarLog.read(memory))


def _begun(
    memory: Mapping[str, Floats], now: Gaussian, terms: SharedSeeds
) -> tuple[Gaussian, ScalarLog]:
    """Return what the log begins at, and the log so far."""
    if START not in memory:
        return now, ScalarLog.empty()
    if SharedSeeds.read(memory) != terms:
        raise ValueError("log: owners stepped along another set than before; use one run file")
    return Gaussian(memory[START], now.sigma, now.cov), ScalarLog.read(memory)


def _common(reports: Sequence[Report]) -> SharedSeeds:
    first = _terms(reports[0])
    for report in reports[1:]:
        if _terms(report) != first:
            raise ValueError(
                f"{report.client}: its directions are others than those of {reports[0].client}; "
                "use one run file"
            )
    return first


def _terms(report: Report) -> SharedSeeds:
    try:
        return SharedSeeds.read(report.statistics)
    except ValueError as error:
        raise ValueError(f"{report.client}: {error}") from error


def _log(report: Report) -> ScalarLog:
    try:
        return ScalarLog.read(report.statistics)
    except ValueError as error:
        raise ValueError(f"{report.client}: {error}") from error
