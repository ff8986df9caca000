"""The server's own step of CMA-ES over the owners' means.

FedBPT: Sun et al. 2023, arXiv:2310.01467, sections 4.2 to 4.4 and equation 6.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fedbbpt.aggregators.evolution_step import Paths, evolution_step, parent_weights
from fedbbpt.aggregators.gaussians import believed, cloud
from fedbbpt.aggregators.trust import own_losses
from fedbbpt.aggregators.weighting import counted, stacked
from fedbbpt.distributions import Floats, Gaussian, frozen_array
from fedbbpt.messages import Report, State

__all__ = ["FedBPT"]

RULES = ("paper", "code")
RANKS = ("loss", "gain")


@dataclass(frozen=True, slots=True)
class FedBPT:
    """Take the owners' means as the population of one generation, ranked by the owners' losses.

    An owner's mean is many local steps away, so the step size of this generation is corrected to
    the standard deviation of such means (equation 6): the mean over parents of the sum of squared
    local step sizes, each over the number of local parents. The local step size then grows or
    shrinks by the factor that the server's path gives. What owners learned of their covariances is
    not used. Paths are kept in ``memory``; negative weights, floor and cap of sigma are left out:
    in the published code neither floor nor cap has an effect.

    Laws: one report's mean is taken as it is; moving all means moves the result; multiplying all
    losses by a positive number changes nothing.

    Attributes:
        rule: ``"paper"``: the better half are parents; ``"code"``: all of them, and the number of
            local parents is rounded down.
        rank: ``"loss"`` as published; ``"gain"`` by how far an owner's mean beats the broadcast
            one on its own examples, so that easy data is no merit.
        shape: ``"diagonal"``, ``"full"`` as published, or ``"identity"`` which learns the step
            size alone; the broadcast distribution's form where that is wider.

    Raises:
        ValueError: an unknown setting.
    """

    rule: Literal["paper", "code"] = "paper"
    rank: Literal["loss", "gain"] = "loss"
    shape: Literal["identity", "diagonal", "full"] = "diagonal"

    def __post_init__(self) -> None:
        known = {"rule": RULES, "rank": RANKS, "shape": ("identity", "diagonal", "full")}
        for name, value in {"rule": self.rule, "rank": self.rank, "shape": self.shape}.items():
            if value not in known[name]:
                raise ValueError(f"{name}: {value!r} is unknown; use one of {known[name]}")

    def __call__(self, state: State, reports: Sequence[Report]) -> State:
        """Return the next state after one step.

        Raises:
            ValueError: no report has weight, the state is no Gaussian, or a report lacks its mean,
                step sizes or comparison.
        """
        present = counted(reports)
        start = cloud(state)
        means = np.stack([gaussian.mean for gaussian in believed(state, present)])
        order = np.argsort(self._ranked(present), kind="stable")[: self._parents(len(present))]
        base = len(present) + 0.5 if self.rule == "code" else len(present) / 2 + 0.5
        corrected = math.sqrt(float(self._variances(present)[order].mean()))
        steps = (means[order] - start.mean) / corrected
        weights = parent_weights(len(order), base)
        cov = self._shaped(start)
        after = evolution_step(cov, steps, weights, _paths(state.memory, start.mean.size))
        mean: Floats = start.mean + corrected * after.move
        moved = Gaussian(mean, start.sigma * after.growth, after.cov)
        memory = {**state.memory, **_remembered(after.paths)}
        return replace(state, round=state.round + 1, distribution=moved, memory=memory)

    def _parents(self, reports: int) -> int:
        return reports if self.rule == "code" else max(1, reports // 2)

    def _ranked(self, reports: Sequence[Report]) -> Floats:
        losses = own_losses(reports)
        ranked: Floats = losses[:, 1] if self.rank == "loss" else losses[:, 1] - losses[:, 0]
        return ranked

    def _variances(self, reports: Sequence[Report]) -> Floats:
        """Return the variance of each owner's mean around the broadcast one, in units of C."""
        asked = stacked(reports, "candidates", ())
        local = np.floor(asked / 2) if self.rule == "code" else asked / 2
        squares = [report.statistics["step_sizes"] for report in _with_steps(reports)]
        sums = np.array([float(sizes @ sizes) for sizes in squares])
        if (sums <= 0).any():
            raise ValueError("statistics.step_sizes: all are 0 where a search has weight")
        variances: Floats = sums / np.maximum(local, 1.0)
        return variances

    def _shaped(self, start: Gaussian) -> Floats | None:
        if start.cov is None and self.shape == "identity":
            return None
        cov = np.ones(start.mean.size) if start.cov is None else start.cov
        return np.diag(cov) if self.shape == "full" and cov.ndim == 1 else cov


def _with_steps(reports: Sequence[Report]) -> Sequence[Report]:
    for report in reports:
        found = report.statistics.get("step_sizes")
        if found is None or found.ndim != 1:
            shape = "absent" if found is None else f"of shape {found.shape}"
            raise ValueError(
                f"statistics.step_sizes: {shape} in the report of {report.client}, expected "
                "(generations,)"
            )
    return reports


def _paths(memory: Mapping[str, Floats], size: int) -> Paths:
    still = np.zeros(size)
    return Paths(
        memory.get("step_path", still),
        memory.get("shape_path", still),
        int(memory.get("steps", np.zeros(()))),
    )


def _remembered(paths: Paths) -> dict[str, Floats]:
    return {
        "step_path": frozen_array(paths.step, name="step_path"),
        "shape_path": frozen_array(paths.shape, name="shape_path"),
        "steps": frozen_array(float(paths.steps), name="steps"),
    }
