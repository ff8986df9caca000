"""A weighted mean of diagonal Gaussians that is fed one report after the other, in O(d) memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np

from fedbbpt.aggregators.gaussians import cloud, gaussian_of, one_belief
from fedbbpt.beliefs import SCALE, spread
from fedbbpt.distributions import Floats, Gaussian
from fedbbpt.messages import Report, State

BATCH = 16
"""Reports that are looked at together; memory grows with it and with d, not with their number."""


class RunningMean:
    """Sums of means and of standard deviations, each times a share or weight.

    Law: fed with the same reports in the order of their clients' names, it ends with the same bits
    as ``fedavg_gaussian`` does at once.
    """

    def __init__(self, state: State) -> None:
        self._start = cloud(state)
        self._state = state
        self._spread = spread(self._start)
        self._last = ""
        self._total = 0.0
        self._plain = True
        self._mean: Floats = np.zeros(self._start.mean.size)
        self._deviation: Floats = np.zeros(self._start.mean.size)

    def add_all(self, reports: Iterable[Report]) -> None:
        """Take reports as ``add`` does, to the same bits, many at a time and so much faster.

        Raises:
            ValueError: as ``add``.
        """
        coming = iter(reports)
        while batch := list(islice(coming, BATCH)):
            rows = self._rows(batch)
            if rows is None:
                for report in batch:
                    self.add(report)
            else:
                self._add_rows(*rows)
                self._last = batch[-1].client

    def _rows(self, batch: Sequence[Report]) -> tuple[Floats, Floats, Floats, Floats] | None:
        """Return weights, means, sigmas and diagonals, or None where a report needs a look."""
        names = [self._last, *(report.client for report in batch)]
        given = [report.statistics for report in batch]
        shape = self._start.mean.shape
        fits = all(
            {"mean", "sigma", "cov"} <= one.keys()
            and one["mean"].shape == one["cov"].shape == shape
            and one["sigma"].shape == ()
            for one in given
        )
        if not fits or any(a >= b for a, b in pairwise(names)):
            return None
        weights = np.array([report.weight for report in batch])
        sigmas: Floats = np.array([float(one["sigma"]) for one in given])
        covs = np.stack([one["cov"] for one in given])
        grown = sigmas * np.sqrt(np.maximum(covs.max(axis=1), 0.0)) / self._spread
        sound = (weights > 0) & (weights < np.inf) & (sigmas > 0) & (covs.min(axis=1) > 0)
        if not (sound & (grown >= 1 / SCALE) & (grown <= SCALE)).all():
            return None
        return weights, np.stack([one["mean"] for one in given]), sigmas, covs

    def _add_rows(self, weights: Floats, means: Floats, sigmas: Floats, covs: Floats) -> None:
        # The sum so far is the first row: numpy adds rows in their order, so the bits are those of
        # adding one by one.
        self._plain = False
        self._total = float(np.cumsum([self._total, *weights])[-1])
        self._mean = np.vstack([self._mean, weights[:, None] * means]).sum(axis=0)
        deviations = (weights * sigmas)[:, None] * np.sqrt(covs)
        self._deviation = np.vstack([self._deviation, deviations]).sum(axis=0)

    def add(self, report: Report) -> None:
        """Take one report, weighted by its examples; those without weight count for nothing.

        Raises:
            ValueError: it does not fit, has a full covariance, or its client does not come after
                the one before, as it must for equal bits and so that nobody counts twice.
        """
        if not 0 <= report.weight < np.inf:
            raise ValueError(f"weight: {report.client} reports {report.weight}, expected >= 0")
        if report.weight == 0:
            return
        if report.client <= self._last:
            raise ValueError(
                f"client: {report.client} after {self._last}; feed reports once each, by name"
            )
        self._last = report.client
        self.add_gaussian(one_belief(report, self._start), report.weight)

    def add_gaussian(self, gaussian: Gaussian, weight: float) -> None:
        """Take one Gaussian of the start's size.

        Raises:
            ValueError: its covariance is full.
        """
        if gaussian.cov is not None and gaussian.cov.ndim == 2:
            raise ValueError("cov: a running mean takes diagonals; merge full covariances at once")
        self._total += weight
        self._mean += weight * gaussian.mean
        if gaussian.cov is None:
            self._deviation += weight * gaussian.sigma
        else:
            self._plain = False
            self._deviation += (weight * gaussian.sigma) * np.sqrt(gaussian.cov)

    @property
    def gaussian(self) -> Gaussian:
        """The mean of means with the mean of standard deviations.

        Raises:
            ValueError: nothing with weight was added.
        """
        if not self._total:
            raise ValueError("weight: no report has any; nothing can be merged")
        variances: Floats = (self._deviation / self._total) ** 2
        return gaussian_of(self._mean / self._total, variances, plain=self._plain)

    @property
    def state(self) -> State:
        """The state after the round.

        Raises:
            ValueError: nothing with weight was added.
        """
        return replace(self._state, round=self._state.round + 1, distribution=self.gaussian)
